-- Since when each open installment of some lines is owed as it is: the day of its capture, or the day a statement was split into it.
SELECT installment.installment_id, coalesce(split.split_on, installment.captured_on) AS began_on, split.split_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.installment
    ON installment.customer_id = wanted.customer_id AND installment.line_id = wanted.line_id AND installment.status = 'open'
LEFT JOIN money.split_part AS part ON part.customer_id = installment.customer_id AND part.installment_id = installment.installment_id
LEFT JOIN money.statement_split AS split ON split.customer_id = part.customer_id AND split.split_id = part.split_id
