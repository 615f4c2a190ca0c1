-- Find when people first asked for what they must wait for: the same shop, no smaller amount, refused for a cap of their own, nothing large bought since.
SELECT asking.place, min(asked.authorized_at) AS first_asked_at
FROM unnest(
    %(places)b::integer[], %(customer_ids)b::bigint[], %(merchant_ids)b::bigint[], %(amounts_minor)b::bigint[], %(above_minor)b::bigint[],
    %(sinces)b::timestamptz[]
) AS asking (place, customer_id, merchant_id, amount_minor, above_minor, since)
INNER JOIN money.purchase AS asked
    ON
        asked.customer_id = asking.customer_id
        AND asked.merchant_id = asking.merchant_id
        AND asked.authorized_minor >= asking.amount_minor
        AND asked.authorized_at > asking.since
        AND asked.status = 'declined'
        AND asked.reasons @> '[{"code": "CUS-02"}]'::jsonb
WHERE NOT EXISTS (
    SELECT 1
    FROM money.purchase AS bought
    WHERE
        bought.customer_id = asking.customer_id
        AND bought.merchant_id = asking.merchant_id
        AND bought.authorized_minor > asking.above_minor
        AND bought.authorized_at > asked.authorized_at
        AND bought.status IN ('authorized', 'captured')
)
GROUP BY asking.place
