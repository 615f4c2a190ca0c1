-- Since when each open installment of some lines is owed: the day of its capture.
SELECT installment.installment_id, installment.captured_on AS began_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.installment
    ON installment.customer_id = wanted.customer_id AND installment.line_id = wanted.line_id AND installment.status = 'open'
