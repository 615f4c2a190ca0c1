-- Orders that a rule on fraud or odd purchases met, and all orders of the customers :customer_ids, each with what became of it.
-- An order is all requests of one person under one reference; it is sold when anything of it was captured. What was declined for arrears or want
-- of room was not met, whatever else was said of it.
WITH asked AS (
    SELECT
        purchase.customer_id, purchase.order_ref, purchase.authorized_at, purchase.captured_minor, purchase.authorized_minor,
        coalesce(ruling.reasons, purchase.reasons)::text AS told, ruling.word, ruling.ruled_at,
        purchase.status = 'referred' AND decision.outcome > 2 AS waits,
        coalesce(ruling.reasons, purchase.reasons)::text ~ '(BEH|FRD)-'
        AND (purchase.status = 'referred' OR ruling.word IS NOT NULL OR NOT purchase.reasons::text ~ '(DLQ|CAP|LIM|EXT)-') AS met
    FROM money.purchase
    LEFT JOIN money.purchase_ruling AS ruling ON purchase.customer_id = ruling.customer_id AND purchase.purchase_id = ruling.purchase_id
    LEFT JOIN decisioning.decision
        ON
            purchase.reasons IS NOT NULL
            AND purchase.customer_id = decision.customer_id
            AND purchase.purchase_id = decision.decision_id
),

orders AS (
    SELECT
        asked.customer_id, asked.order_ref, min(asked.authorized_at) AS asked_at, max(asked.authorized_minor) AS amount_minor,
        sum(asked.captured_minor)::bigint AS captured_minor, bool_or(asked.met) IS TRUE AS was_met,
        bool_or(asked.told ~ 'FRD-04') IS TRUE AS looks_like_cash_out, bool_or(asked.waits OR asked.word IS NOT NULL) IS TRUE AS went_to_a_person,
        min(asked.ruled_at) FILTER (WHERE asked.word = 'granted') AS granted_at
    FROM asked
    GROUP BY asked.customer_id, asked.order_ref
    HAVING bool_or(asked.met) OR asked.customer_id = any(%(customer_ids)b::bigint[])
)

SELECT
    orders.customer_id, orders.order_ref, orders.asked_at, orders.amount_minor, orders.captured_minor, orders.was_met, orders.looks_like_cash_out,
    orders.went_to_a_person, orders.granted_at,
    (
        SELECT min(later.authorized_at)
        FROM money.purchase AS later
        WHERE later.customer_id = orders.customer_id AND later.authorized_at > orders.asked_at AND later.status = 'captured'
    ) AS next_sold_at
FROM orders
ORDER BY orders.customer_id, orders.asked_at, orders.order_ref
