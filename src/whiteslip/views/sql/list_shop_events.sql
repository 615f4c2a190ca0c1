-- List what happened to a shop's own sales, the newest first: asked for, captured, refunded.
SELECT happened.at, happened.what, happened.customer_id, happened.purchase_id, happened.amount_minor, happened.order_ref
FROM (
    SELECT authorized_at AS at, status::text AS what, customer_id, purchase_id, authorized_minor AS amount_minor, order_ref
    FROM (
        SELECT
            authorized_at, customer_id, purchase_id, authorized_minor, order_ref,
            CASE WHEN status IN ('declined', 'referred') THEN status::text ELSE 'authorized' END AS status
        FROM money.purchase
        WHERE merchant_id = %(merchant_id)s AND NOT imported AND authorized_on >= %(since)s::date
        ORDER BY purchase_id DESC
        LIMIT %(limit)s
    ) AS asked
    UNION ALL
    SELECT capture.captured_at, 'captured', capture.customer_id, capture.purchase_id, capture.amount_minor, own.order_ref
    FROM money.capture
    INNER JOIN money.purchase AS own ON own.customer_id = capture.customer_id AND own.purchase_id = capture.purchase_id
    WHERE own.merchant_id = %(merchant_id)s AND NOT own.imported AND capture.captured_on >= %(since)s::date
    UNION ALL
    SELECT refund.refunded_at, 'refunded', refund.customer_id, refund.purchase_id, refund.amount_minor, own.order_ref
    FROM money.refund
    INNER JOIN money.purchase AS own ON own.customer_id = refund.customer_id AND own.purchase_id = refund.purchase_id
    WHERE own.merchant_id = %(merchant_id)s AND NOT own.imported AND refund.refunded_on >= %(since)s::date
) AS happened
ORDER BY happened.at DESC, happened.purchase_id DESC
LIMIT %(limit)s
