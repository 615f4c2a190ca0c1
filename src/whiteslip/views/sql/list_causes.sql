-- The causes kept of a line, the newest first; the latest of an episode is in force.
SELECT
    cause, source, confidence_pct, since_on, attributed_on AS said_on,
    cause_id = max(cause_id) OVER (PARTITION BY since_on) AS in_force
FROM care.cause
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY cause_id DESC
LIMIT 100
