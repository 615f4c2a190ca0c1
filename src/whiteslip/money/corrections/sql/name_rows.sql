-- Keep by which key another life knows the rows it made, and which rows it does not have.
INSERT INTO money.corrected_installment (customer_id, installment_id, correction_id, is_gone, key)
SELECT %(customer_id)s::bigint, named.installment_id, %(correction_id)s::bigint, named.is_gone, named.key
FROM unnest(%(installment_ids)b::bigint[], %(are_gone)b::boolean[], %(keys)b::text[]) AS named (installment_id, is_gone, key)
ON CONFLICT (customer_id, installment_id) DO UPDATE SET correction_id = excluded.correction_id, is_gone = excluded.is_gone
