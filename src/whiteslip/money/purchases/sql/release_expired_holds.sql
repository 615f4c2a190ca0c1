-- Batch step. Release what is left of holds whose last day is being closed.
-- Idempotent: a released purchase is no longer authorized.
WITH expired AS (
    UPDATE money.purchase
    SET
        released_minor = authorized_minor - captured_minor,
        status = CASE WHEN captured_minor = 0 THEN 'expired'::money.purchase_status ELSE 'captured' END
    WHERE
        customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND status = 'authorized'
        AND expires_on <= %(business_date)s::date
    RETURNING customer_id, line_id, purchase_id, authorized_minor - captured_minor AS left_minor
),

freed AS (
    UPDATE money.line SET held_minor = line.held_minor - total.left_minor
    FROM (SELECT customer_id, line_id, sum(left_minor) AS left_minor FROM expired GROUP BY customer_id, line_id) AS total
    WHERE line.customer_id = total.customer_id AND line.line_id = total.line_id
)

INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    customer_id, line_id, purchase_id, left_minor, %(posted_at)s::timestamptz, %(business_date)s::date + 1, 'hold_released', 'commitment_contra',
    'commitment'
FROM expired
