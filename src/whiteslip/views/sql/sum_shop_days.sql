-- Sum what a shop sold and gave back since a day, by business date, with our fee and what is to be paid out to it.
WITH own AS (
    SELECT customer_id, purchase_id
    FROM money.purchase
    WHERE merchant_id = %(merchant_id)s AND NOT imported
),

source AS (
    SELECT customer_id, purchase_id AS source_id
    FROM own
    UNION ALL
    SELECT refund.customer_id, refund.refund_id
    FROM money.refund
    INNER JOIN own ON own.customer_id = refund.customer_id AND own.purchase_id = refund.purchase_id
    WHERE refund.refunded_on >= %(since)s::date
)

SELECT
    movement.business_date,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'captured'), 0)::bigint AS captured_minor,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind IN ('refunded', 'refund_credited')), 0)::bigint AS refunded_minor,
    coalesce(sum(
        CASE movement.kind WHEN 'merchant_fee' THEN movement.amount_minor WHEN 'merchant_fee_returned' THEN -movement.amount_minor END
    ), 0)::bigint AS fee_minor,
    sum(CASE WHEN movement.credit = 'merchant_payable' THEN movement.amount_minor ELSE -movement.amount_minor END)::bigint AS payable_minor
FROM money.movement
INNER JOIN source ON source.customer_id = movement.customer_id AND source.source_id = movement.source_id
WHERE movement.business_date >= %(since)s::date AND 'merchant_payable' IN (movement.debit, movement.credit)
GROUP BY movement.business_date
ORDER BY movement.business_date DESC
