-- Add fees to open installments; they are owed from now on, and posted by whoever adds them.
UPDATE money.installment
SET fee_minor = installment.fee_minor + added.amount_minor
FROM unnest(%(customer_ids)b::bigint[], %(installment_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS added (customer_id, installment_id, amount_minor)
WHERE installment.customer_id = added.customer_id AND installment.installment_id = added.installment_id AND installment.status = 'open'
