-- Batch step. The episodes of arrears that begin with a day's missed dues and have no cause yet; whether the line has an open dispute, and whether
-- a debit for that very due failed for no fault of the customer.
-- Idempotent: it only reads.
SELECT
    arrears.customer_id, arrears.line_id, arrears.since_on,
    disputed.cases > 0 AS is_disputed,
    coalesce((
        SELECT TRUE FROM money.failed_debit AS debit
        WHERE
            debit.customer_id = arrears.customer_id
            AND debit.line_id = arrears.line_id
            AND debit.due_on = arrears.since_on
            AND debit.failure = 'technical'
        LIMIT 1
    ), FALSE) AS debit_failed
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
