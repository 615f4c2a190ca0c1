-- Batch step. Lines with holds whose last day is being closed.
-- Idempotent: it only reads.
SELECT DISTINCT customer_id, line_id FROM money.purchase
WHERE
    customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND status = 'authorized'
    AND expires_on <= %(business_date)s::date
