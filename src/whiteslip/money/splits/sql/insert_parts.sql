-- Note the installments of splits.
INSERT INTO money.split_part (customer_id, installment_id, split_id)
SELECT new.customer_id, new.installment_id, new.split_id
FROM unnest(%(customer_ids)b::bigint[], %(installment_ids)b::bigint[], %(split_ids)b::bigint[]) AS new (customer_id, installment_id, split_id)
