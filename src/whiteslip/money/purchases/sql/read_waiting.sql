-- Read purchases as who rules on them sees them: what was asked for, what the book said, and whether the order was asked for again since.
SELECT
    purchase.customer_id, purchase.purchase_id, purchase.line_id, purchase.merchant_id, purchase.authorized_minor, purchase.plan_months,
    purchase.order_ref, purchase.status::text, purchase.authorized_on, purchase.authorized_at, merchant.name, merchant.status AS shop_status,
    decision.outcome,
    (
        SELECT max(later.purchase_id)
        FROM money.purchase AS later
        LEFT JOIN decisioning.decision AS again ON again.customer_id = later.customer_id AND again.decision_id = later.purchase_id
        WHERE
            later.customer_id = purchase.customer_id
            AND later.purchase_id > purchase.purchase_id
            AND later.merchant_id = purchase.merchant_id
            AND later.order_ref = purchase.order_ref
            AND later.authorized_minor = purchase.authorized_minor
            AND (later.reasons IS NULL OR (later.status = 'referred' AND again.outcome > %(step_up)s::smallint))
    ) AS later_id,
    purchase.reasons
FROM unnest(%(customer_ids)b::bigint[], %(purchase_ids)b::bigint[]) AS wanted (customer_id, purchase_id)
INNER JOIN money.purchase ON purchase.customer_id = wanted.customer_id AND purchase.purchase_id = wanted.purchase_id
INNER JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id
LEFT JOIN decisioning.decision ON decision.customer_id = purchase.customer_id AND decision.decision_id = purchase.purchase_id
ORDER BY purchase.customer_id, purchase.purchase_id
