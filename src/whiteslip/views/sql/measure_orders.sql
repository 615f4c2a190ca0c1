-- Sum the orders of lines during spells by shop and by where the line stood at the month end before: those refused, or with :sold those captured.
-- All requests of a customer at a shop under one number are one order; it was sold all the same when the customer was granted it, or another
-- purchase there within :again_days. A place is that of money.month_move, NULL where that month end was not kept.
WITH spell AS (
    SELECT asked.customer_id, asked.line_id, asked.from_on, asked.last_on, (date_trunc('month', asked.from_on) - interval '1 day')::date AS month_end
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(from_ons)b::date[], %(last_ons)b::date[]) AS asked (customer_id, line_id, from_on, last_on)
),

placed AS (
    SELECT
        spell.customer_id, spell.line_id, spell.from_on, spell.last_on,
        CASE
            WHEN spell.month_end <> ALL(%(kept_ends)b::date[]) THEN NULL
            WHEN kept.days_past_due IS NULL THEN 1
            ELSE least((kept.days_past_due + 29) / 30, 7) + 2
        END AS place
    FROM spell
    LEFT JOIN money.month_end AS kept
        ON kept.customer_id = spell.customer_id AND kept.line_id = spell.line_id AND kept.month_end = spell.month_end
),

orders AS (
    SELECT
        purchase.customer_id, purchase.merchant_id, purchase.order_ref, min(placed.place) AS place, min(purchase.authorized_on) AS asked_on,
        CASE WHEN %(sold)s::boolean THEN sum(purchase.captured_minor) ELSE max(purchase.authorized_minor) END::bigint AS amount_minor
    FROM placed
    INNER JOIN money.purchase
        ON
            purchase.customer_id = placed.customer_id AND purchase.line_id = placed.line_id
            AND purchase.authorized_on >= placed.from_on AND purchase.authorized_on <= placed.last_on
    WHERE
        NOT purchase.imported
        AND CASE WHEN %(sold)s::boolean THEN purchase.captured_minor > 0 ELSE purchase.status IN ('declined', 'referred') END
    GROUP BY purchase.customer_id, purchase.merchant_id, purchase.order_ref
),

judged AS (
    SELECT
        orders.merchant_id, orders.place, orders.amount_minor,
        CASE WHEN again.amount_minor IS NOT NULL THEN least(again.amount_minor, orders.amount_minor) END AS again_minor
    FROM orders
    LEFT JOIN LATERAL (
        SELECT sum(other.authorized_minor)::bigint AS amount_minor
        FROM money.purchase AS other
        WHERE
            NOT %(sold)s::boolean
            AND NOT other.imported
            AND other.customer_id = orders.customer_id AND other.merchant_id = orders.merchant_id
            AND other.status IN ('authorized', 'captured')
            AND other.authorized_on >= orders.asked_on
            AND (other.order_ref = orders.order_ref OR other.authorized_on <= orders.asked_on + %(again_days)s::integer)
    ) AS again ON TRUE
)

SELECT
    judged.merchant_id, judged.place, count(*) AS orders, sum(judged.amount_minor)::bigint AS amount_minor,
    count(judged.again_minor) AS again_orders, coalesce(sum(judged.again_minor), 0)::bigint AS again_minor,
    round(sum((judged.amount_minor - coalesce(judged.again_minor, 0)) * merchant.fee_ppm::numeric) / 1e6)::bigint AS fee_minor
FROM judged
INNER JOIN money.merchant ON merchant.merchant_id = judged.merchant_id
GROUP BY judged.merchant_id, judged.place
ORDER BY judged.merchant_id, judged.place
