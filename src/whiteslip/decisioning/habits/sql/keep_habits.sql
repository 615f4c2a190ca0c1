-- Bring the habits of a range of customers forward by what they asked for on a closed day, as one request after the other would have.
-- Everything that weighs only adds up, and what is met enters while there is room. Idempotent: through_id says what is in already.
-- Of requests of one instant the number decides. What the valve refused says nothing of the person, nor was it granted if a person granted it
-- afterward. Twin: habits/rules.py: after
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
    LEFT JOIN decisioning.habit ON habit.customer_id = purchase.customer_id
    LEFT JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id
    LEFT JOIN unnest(%(category_names)b::text[], %(bits)b::integer[], %(resells)b::boolean[]) AS category (name, bit, resells)
        ON category.name = merchant.category
    WHERE purchase.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND purchase.authorized_on = %(business_date)s::date AND purchase.purchase_id > coalesce(habit.through_id, 0)
        AND NOT purchase.imported
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
            coalesce(max(cardinality(thing.known)), 0) + row_number() OVER (PARTITION BY asked.customer_id, thing.kind ORDER BY min(asked.authorized_at), min(asked.purchase_id)) AS place
        FROM asked
        LEFT JOIN decisioning.habit ON habit.customer_id = asked.customer_id
        CROSS JOIN LATERAL (
            VALUES (1, asked.device, habit.devices), (2, asked.address, habit.addresses), (3, asked.merchant_id, habit.merchants)
        ) AS thing (kind, thing, known)
        WHERE asked.is_bought AND thing.thing IS NOT NULL AND thing.thing <> ALL(coalesce(thing.known, '{}'))
        GROUP BY asked.customer_id, thing.kind, thing.thing
    ) AS first_met
    WHERE first_met.place <= %(most_known)s::integer
    GROUP BY first_met.customer_id
)

INSERT INTO decisioning.habit AS habit (
    customer_id, requests, purchases, categories, largest_minor, first_at, new_device_at, usual_weight, usual_sum, usual_square_sum, resale_weight,
    hour_cos_1, hour_sin_1, hour_cos_2, hour_sin_2, hour_cos_3, hour_sin_3, recent_at, recent_minor, recent_shops, devices, addresses, merchants,
    through_id
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
    coalesce(met.devices, '{}') AS devices, coalesce(met.addresses, '{}') AS addresses, coalesce(met.merchants, '{}') AS merchants,
    max(asked.purchase_id) AS through_id
FROM asked
LEFT JOIN met ON met.customer_id = asked.customer_id
GROUP BY asked.customer_id, met.new_device_at, met.devices, met.addresses, met.merchants
ORDER BY asked.customer_id
ON CONFLICT (customer_id) DO UPDATE SET
    requests = habit.requests + excluded.requests,
    purchases = habit.purchases + excluded.purchases,
    categories = habit.categories | excluded.categories,
    largest_minor = greatest(habit.largest_minor, excluded.largest_minor),
    first_at = least(habit.first_at, excluded.first_at),
    new_device_at = greatest(habit.new_device_at, excluded.new_device_at),
    usual_weight = habit.usual_weight + excluded.usual_weight,
    usual_sum = habit.usual_sum + excluded.usual_sum,
    usual_square_sum = habit.usual_square_sum + excluded.usual_square_sum,
    resale_weight = habit.resale_weight + excluded.resale_weight,
    hour_cos_1 = habit.hour_cos_1 + excluded.hour_cos_1,
    hour_sin_1 = habit.hour_sin_1 + excluded.hour_sin_1,
    hour_cos_2 = habit.hour_cos_2 + excluded.hour_cos_2,
    hour_sin_2 = habit.hour_sin_2 + excluded.hour_sin_2,
    hour_cos_3 = habit.hour_cos_3 + excluded.hour_cos_3,
    hour_sin_3 = habit.hour_sin_3 + excluded.hour_sin_3,
    recent_at = (habit.recent_at || excluded.recent_at)[greatest(
        1, cardinality(habit.recent_at) + cardinality(excluded.recent_at) - %(most_recent)s::integer + 1
    ):],
    recent_minor = (habit.recent_minor || excluded.recent_minor)[greatest(
        1, cardinality(habit.recent_at) + cardinality(excluded.recent_at) - %(most_recent)s::integer + 1
    ):],
    recent_shops = (habit.recent_shops || excluded.recent_shops)[greatest(
        1, cardinality(habit.recent_at) + cardinality(excluded.recent_at) - %(most_recent)s::integer + 1
    ):],
    devices = habit.devices || excluded.devices,
    addresses = habit.addresses || excluded.addresses,
    merchants = habit.merchants || excluded.merchants,
    through_id = excluded.through_id
WHERE excluded.through_id > habit.through_id
