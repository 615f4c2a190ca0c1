-- Batch step. Take back the temporary limits that end on the day after the one being closed.
-- Idempotent: a returned limit is no longer active.
WITH returned AS (
    UPDATE money.temporary_limit SET status = 'returned'
    WHERE customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND status = 'active' AND ends_on <= %(business_date)s::date + 1
    RETURNING customer_id, line_id, amount_minor
)

UPDATE money.line SET temporary_limit_minor = line.temporary_limit_minor - total.amount_minor
FROM (SELECT customer_id, line_id, sum(amount_minor) AS amount_minor FROM returned GROUP BY customer_id, line_id) AS total
WHERE line.customer_id = total.customer_id AND line.line_id = total.line_id
