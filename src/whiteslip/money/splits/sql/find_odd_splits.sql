-- Splits that hold and whose statement asks for another minimum payment than the split left, or whose installments are too few or begin before its day.
SELECT split.customer_id, split.split_id, split.principal_minor, parts.principal_minor AS parts_minor, split.minimum_after_minor, statement.minimum_minor
FROM money.statement_split AS split
LEFT JOIN money.statement
    ON statement.customer_id = split.customer_id AND statement.line_id = split.line_id AND statement.statement_on = split.statement_on
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(installment.principal_minor), 0) AS principal_minor, count(*) AS parts, coalesce(min(installment.statement_on), split.split_on) AS first_on
    FROM money.split_part AS part
    INNER JOIN money.installment ON installment.customer_id = part.customer_id AND installment.installment_id = part.installment_id
    WHERE part.customer_id = split.customer_id AND part.split_id = split.split_id
) AS parts
WHERE
    split.undone_by IS NULL
    AND (
        statement.minimum_minor IS DISTINCT FROM split.minimum_after_minor
        OR parts.parts < split.months
        OR parts.first_on <= split.split_on
    )
ORDER BY split.customer_id, split.split_id
LIMIT 100
