-- Batch step. The episodes of arrears that begin with a day's missed dues and have no cause yet, and whether the line has an open dispute.
-- Idempotent: it only reads.
SELECT
    arrears.customer_id, arrears.line_id, arrears.since_on,
    disputed.cases > 0 AS is_disputed
FROM money.arrears
CROSS JOIN LATERAL (
    SELECT count(*) AS cases
    FROM care.dispute
    WHERE dispute.customer_id = arrears.customer_id AND dispute.line_id = arrears.line_id AND dispute.status = 'open'
) AS disputed
WHERE
    arrears.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND arrears.ended_on IS NULL
    AND arrears.since_on = %(since_on)s::date
    AND NOT EXISTS (
        SELECT FROM care.cause
        WHERE cause.customer_id = arrears.customer_id AND cause.line_id = arrears.line_id AND cause.since_on = arrears.since_on
    )
ORDER BY arrears.customer_id, arrears.line_id
