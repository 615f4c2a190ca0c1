-- Find lines after a key that neither accepted a version nor were told of it, in the order of their keys.
SELECT line.customer_id, line.line_id
FROM money.line
WHERE
    (line.customer_id, line.line_id) > (%(after_customer)s::bigint, %(after_line)s::bigint)
    AND NOT EXISTS (
        SELECT FROM credit.acceptance AS accepted
        WHERE
            accepted.customer_id = line.customer_id
            AND accepted.subject_id = line.line_id
            AND accepted.agreement_id = %(agreement_id)s::integer
    )
    AND NOT EXISTS (
        SELECT FROM credit.agreement_announcement AS announced
        WHERE
            announced.customer_id = line.customer_id
            AND announced.line_id = line.line_id
            AND announced.agreement_id = %(agreement_id)s::integer
    )
ORDER BY line.customer_id, line.line_id
LIMIT %(most)s
