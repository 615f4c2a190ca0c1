-- Compute habits from the purchases before an instant, as keeping them up one request at a time would have left them.
-- Of requests of one instant the number decides. What the valve refused says nothing of the person. What a person granted afterward was not granted at its instant and taught the habit nothing. Twin: keep_habits.sql, run for each request.
SELECT
    asked.customer_id, asked.requests, coalesce(usual.purchases, 0) AS purchases, coalesce(usual.usual_at, asked.first_at) AS usual_at,
    coalesce(usual.usual_weight, 0) AS usual_weight, coalesce(usual.usual_sum, 0) AS usual_sum,
    coalesce(usual.usual_square_sum, 0) AS usual_square_sum, asked.recent_at, asked.recent_minor,
    coalesce(devices.known, '{}') AS devices, coalesce(addresses.known, '{}') AS addresses, coalesce(merchants.known, '{}') AS merchants
FROM (
    SELECT
        ranked.customer_id, count(*)::integer AS requests, min(ranked.authorized_at) AS first_at,
        array_agg(ranked.authorized_at ORDER BY ranked.place DESC) FILTER (WHERE ranked.place <= %(most_recent)s::integer) AS recent_at,
        array_agg(ranked.authorized_minor ORDER BY ranked.place DESC) FILTER (WHERE ranked.place <= %(most_recent)s::integer) AS recent_minor
    FROM (
        SELECT
            purchase.customer_id, purchase.authorized_at, purchase.authorized_minor,
            row_number() OVER (PARTITION BY purchase.customer_id ORDER BY purchase.authorized_at DESC, purchase.purchase_id DESC) AS place
        FROM money.purchase
        WHERE
            purchase.customer_id = any(%(customer_ids)b::bigint[]) AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
            AND NOT coalesce(purchase.reasons @> '[{"code": "POL-04"}]', FALSE)
    ) AS ranked
    GROUP BY ranked.customer_id
) AS asked
LEFT JOIN (
    SELECT
        bought.customer_id, count(*)::integer AS purchases, max(bought.last_at) AS usual_at,
        sum(bought.weight) AS usual_weight, sum(bought.weight * bought.log) AS usual_sum, sum(bought.weight * bought.log ^ 2) AS usual_square_sum
    FROM (
        SELECT
            purchase.customer_id, ln(purchase.authorized_minor::double precision) AS log,
            max(purchase.authorized_at) OVER (PARTITION BY purchase.customer_id) AS last_at,
            0.5 ^ (
                date_part('epoch', max(purchase.authorized_at) OVER (PARTITION BY purchase.customer_id) - purchase.authorized_at)
                / (86400 * %(half_life_days)s::double precision)
            ) AS weight
        FROM money.purchase
        WHERE
            purchase.customer_id = any(%(customer_ids)b::bigint[]) AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
            AND purchase.status NOT IN ('declined', 'referred')
            AND NOT EXISTS (
                SELECT FROM money.purchase_ruling AS ruling
                WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
            )
    ) AS bought
    GROUP BY bought.customer_id
) AS usual ON usual.customer_id = asked.customer_id
LEFT JOIN LATERAL (
    SELECT array_agg(met.device ORDER BY met.first_at, met.first_id) AS known
    FROM (
        SELECT purchase.device, min(purchase.authorized_at) AS first_at, min(purchase.purchase_id) AS first_id
        FROM money.purchase
        WHERE
            purchase.customer_id = asked.customer_id AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
            AND purchase.status NOT IN ('declined', 'referred')
            AND NOT EXISTS (
                SELECT FROM money.purchase_ruling AS ruling
                WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
            ) AND purchase.device IS NOT NULL
        GROUP BY purchase.device
        ORDER BY first_at, first_id
        LIMIT %(most_known)s::integer
    ) AS met
) AS devices ON TRUE
LEFT JOIN LATERAL (
    SELECT array_agg(met.address ORDER BY met.first_at, met.first_id) AS known
    FROM (
        SELECT purchase.address, min(purchase.authorized_at) AS first_at, min(purchase.purchase_id) AS first_id
        FROM money.purchase
        WHERE
            purchase.customer_id = asked.customer_id AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
            AND purchase.status NOT IN ('declined', 'referred')
            AND NOT EXISTS (
                SELECT FROM money.purchase_ruling AS ruling
                WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
            ) AND purchase.address IS NOT NULL
        GROUP BY purchase.address
        ORDER BY first_at, first_id
        LIMIT %(most_known)s::integer
    ) AS met
) AS addresses ON TRUE
LEFT JOIN LATERAL (
    SELECT array_agg(met.merchant_id ORDER BY met.first_at, met.first_id) AS known
    FROM (
        SELECT purchase.merchant_id, min(purchase.authorized_at) AS first_at, min(purchase.purchase_id) AS first_id
        FROM money.purchase
        WHERE
            purchase.customer_id = asked.customer_id AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
            AND purchase.status NOT IN ('declined', 'referred')
            AND NOT EXISTS (
                SELECT FROM money.purchase_ruling AS ruling
                WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
            )
        GROUP BY purchase.merchant_id
        ORDER BY first_at, first_id
        LIMIT %(most_known)s::integer
    ) AS met
) AS merchants ON TRUE
ORDER BY asked.customer_id
