-- Compute habits from the purchases before an instant, as keeping them up one request at a time would have left them.
-- Of requests of one instant the number decides. What the valve refused says nothing of the person. What a person granted afterward was not granted at its instant and taught the habit nothing. Twin: keep_habits.sql, run for each request.
WITH asked AS (
    SELECT
        purchase.customer_id, purchase.purchase_id, purchase.authorized_at, purchase.authorized_minor, purchase.merchant_id, purchase.device, purchase.address,
        coalesce(category.bit, 0) AS bit, coalesce(category.resells, FALSE) AS resells,
        purchase.status NOT IN ('declined', 'referred') AND NOT EXISTS (
            SELECT FROM money.purchase_ruling AS ruling
            WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
        ) AS is_bought,
        2 ^ (date_part('epoch', purchase.authorized_at - %(epoch)s::timestamptz) / (86400 * %(half_life_days)s::double precision)) AS weight,
        2 * pi() * date_part('epoch', (purchase.authorized_at AT TIME ZONE %(zone)s)::time) / 86400 AS angle,
        row_number() OVER (PARTITION BY purchase.customer_id ORDER BY purchase.authorized_at DESC, purchase.purchase_id DESC) AS place
    FROM money.purchase
    LEFT JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id
    LEFT JOIN unnest(%(category_names)b::text[], %(bits)b::integer[], %(resells)b::boolean[]) AS category (name, bit, resells)
        ON category.name = merchant.category
    WHERE purchase.customer_id = any(%(customer_ids)b::bigint[]) AND purchase.authorized_at < %(at)s::timestamptz AND NOT purchase.imported
        AND NOT coalesce(purchase.reasons @> '[{"code": "POL-04"}]', FALSE)
),

met AS (
    SELECT
        first_met.customer_id, max(first_met.at) FILTER (WHERE first_met.kind = 1) AS new_device_at, array_agg(first_met.thing ORDER BY first_met.at, first_met.id) FILTER (WHERE first_met.kind = 1) AS devices,
        array_agg(first_met.thing ORDER BY first_met.at, first_met.id) FILTER (WHERE first_met.kind = 2) AS addresses,
        array_agg(first_met.thing ORDER BY first_met.at, first_met.id) FILTER (WHERE first_met.kind = 3) AS merchants
    FROM (
        SELECT
            asked.customer_id, thing.kind, thing.thing, min(asked.authorized_at) AS at, min(asked.purchase_id) AS id,
            row_number() OVER (PARTITION BY asked.customer_id, thing.kind ORDER BY min(asked.authorized_at), min(asked.purchase_id)) AS place
        FROM asked
        CROSS JOIN LATERAL (VALUES (1, asked.device), (2, asked.address), (3, asked.merchant_id)) AS thing (kind, thing)
        WHERE asked.is_bought AND thing.thing IS NOT NULL
        GROUP BY asked.customer_id, thing.kind, thing.thing
    ) AS first_met
    WHERE first_met.place <= %(most_known)s::integer
    GROUP BY first_met.customer_id
)

SELECT
    asked.customer_id, count(*)::integer AS requests, (count(*) FILTER (WHERE asked.is_bought))::integer AS purchases,
    coalesce(bit_or(asked.bit) FILTER (WHERE asked.is_bought), 0) AS categories,
    coalesce(max(asked.authorized_minor) FILTER (WHERE asked.is_bought), 0) AS largest_minor,
    min(asked.authorized_at) FILTER (WHERE asked.is_bought) AS first_at, met.new_device_at,
    coalesce(sum(asked.weight) FILTER (WHERE asked.is_bought), 0) AS usual_weight,
    coalesce(sum(asked.weight * ln(asked.authorized_minor::double precision)) FILTER (WHERE asked.is_bought), 0) AS usual_sum,
    coalesce(sum(asked.weight * ln(asked.authorized_minor::double precision) ^ 2) FILTER (WHERE asked.is_bought), 0) AS usual_square_sum,
    coalesce(sum(asked.weight) FILTER (WHERE asked.is_bought AND asked.resells), 0) AS resale_weight,
    coalesce(sum(asked.weight * cos(asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_1,
    coalesce(sum(asked.weight * sin(asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_1,
    coalesce(sum(asked.weight * cos(2 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_2,
    coalesce(sum(asked.weight * sin(2 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_2,
    coalesce(sum(asked.weight * cos(3 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_3,
    coalesce(sum(asked.weight * sin(3 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_3,
    array_agg(asked.authorized_at ORDER BY asked.place DESC) FILTER (WHERE asked.place <= %(most_recent)s::integer) AS recent_at,
    array_agg(asked.authorized_minor ORDER BY asked.place DESC) FILTER (WHERE asked.place <= %(most_recent)s::integer) AS recent_minor,
    array_agg(CASE WHEN asked.is_bought THEN asked.merchant_id ELSE -asked.merchant_id END ORDER BY asked.place DESC) FILTER (WHERE asked.place <= %(most_recent)s::integer) AS recent_shops,
    coalesce(met.devices, '{}') AS devices, coalesce(met.addresses, '{}') AS addresses, coalesce(met.merchants, '{}') AS merchants
FROM asked
LEFT JOIN met ON met.customer_id = asked.customer_id
GROUP BY asked.customer_id, met.new_device_at, met.devices, met.addresses, met.merchants
ORDER BY asked.customer_id
