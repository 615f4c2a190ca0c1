-- The splits of a line's statements of which something is still owed, the latest first.
SELECT split.split_id, split.statement_on, split.months, split.principal_minor
FROM money.statement_split AS split
WHERE
    split.customer_id = %(customer_id)s
    AND split.line_id = %(line_id)s
    AND EXISTS (
        SELECT FROM money.split_part AS part
        INNER JOIN money.installment ON installment.customer_id = part.customer_id AND installment.installment_id = part.installment_id
        WHERE part.customer_id = split.customer_id AND part.split_id = split.split_id AND installment.status = 'open'
    )
ORDER BY split.split_id DESC
