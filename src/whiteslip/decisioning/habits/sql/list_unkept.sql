-- List what some customers asked for since their habits were kept, in order, as habits learn from it. Twin of the rows: read_backgrounds.sql
SELECT
    purchase.customer_id, purchase.authorized_at, purchase.authorized_minor, purchase.merchant_id, coalesce(purchase.device, 0) AS device,
    coalesce(purchase.address, 0) AS address, merchant.category,
    purchase.status NOT IN ('declined', 'referred') AND NOT EXISTS (
        SELECT FROM money.purchase_ruling AS ruling
        WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
    ) AS is_bought
FROM unnest(%(customer_ids)b::bigint[]) AS wanted (customer_id)
LEFT JOIN decisioning.habit ON habit.customer_id = wanted.customer_id
CROSS JOIN LATERAL (
    SELECT asked.*
    FROM money.purchase AS asked
    WHERE asked.customer_id = wanted.customer_id AND asked.purchase_id > coalesce(habit.through_id, 0)
        AND NOT asked.imported AND NOT coalesce(asked.reasons @> '[{"code": "POL-04"}]', FALSE)
    ORDER BY asked.purchase_id DESC
    LIMIT %(most_unkept)s::integer
) AS purchase
LEFT JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id
ORDER BY purchase.customer_id, purchase.purchase_id
