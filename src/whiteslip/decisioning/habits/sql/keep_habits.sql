-- Bring habits up to date with one request each of some customers, all of one instant. Lock order: customers ascending, after their lines.
-- Everything that weighs only adds up, so that nothing is computed of what is there but a sum. Twin: habits/rules.py: after
INSERT INTO decisioning.habit AS habit (
    customer_id, largest_minor, first_at, new_device_at, usual_weight, usual_sum, usual_square_sum, resale_weight,
    hour_cos_1, hour_sin_1, hour_cos_2, hour_sin_2, hour_cos_3, hour_sin_3,
    requests, purchases, categories, recent_at, recent_minor, recent_shops, devices, addresses, merchants
)
SELECT
    request.customer_id, request.yes * request.amount_minor, CASE WHEN request.yes = 1 THEN %(at)s::timestamptz END,
    CASE WHEN request.yes = 1 AND request.device <> 0 THEN %(at)s::timestamptz END,
    request.weight, request.weight * ln(request.amount_minor::double precision), request.weight * ln(request.amount_minor::double precision) ^ 2,
    CASE WHEN request.category_bit & %(resale_bits)s::integer <> 0 THEN request.weight ELSE 0 END,
    request.weight * %(cos_1)s::double precision, request.weight * %(sin_1)s::double precision, request.weight * %(cos_2)s::double precision,
    request.weight * %(sin_2)s::double precision, request.weight * %(cos_3)s::double precision, request.weight * %(sin_3)s::double precision,
    1, request.yes, request.yes * request.category_bit, ARRAY[%(at)s::timestamptz], ARRAY[request.amount_minor],
    ARRAY[CASE WHEN request.yes = 1 THEN request.merchant_id ELSE -request.merchant_id END],
    CASE WHEN request.yes = 1 AND request.device <> 0 THEN ARRAY[request.device] ELSE '{}' END,
    CASE WHEN request.yes = 1 AND request.address <> 0 THEN ARRAY[request.address] ELSE '{}' END,
    CASE WHEN request.yes = 1 THEN ARRAY[request.merchant_id] ELSE '{}' END
FROM (
    SELECT told.*, told.authorized::integer AS yes, told.authorized::integer * %(weight)s::double precision AS weight
    FROM unnest(
        %(customer_ids)b::bigint[], %(amounts_minor)b::bigint[], %(merchant_ids)b::bigint[], %(devices)b::bigint[], %(addresses)b::bigint[],
        %(category_bits)b::integer[], %(authorized)b::boolean[]
    ) AS told (customer_id, amount_minor, merchant_id, device, address, category_bit, authorized)
) AS request
ON CONFLICT (customer_id) DO UPDATE SET
    largest_minor = greatest(habit.largest_minor, excluded.largest_minor),
    first_at = least(habit.first_at, excluded.first_at),
    new_device_at = CASE
        WHEN excluded.devices <@ habit.devices OR cardinality(habit.devices) >= %(most_known)s::integer THEN habit.new_device_at
        ELSE excluded.new_device_at
    END,
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
    requests = habit.requests + 1,
    purchases = habit.purchases + excluded.purchases,
    categories = habit.categories | excluded.categories,
    recent_at = habit.recent_at[cardinality(habit.recent_at) - %(most_recent)s::integer + 2:] || excluded.recent_at,
    recent_minor = habit.recent_minor[cardinality(habit.recent_minor) - %(most_recent)s::integer + 2:] || excluded.recent_minor,
    recent_shops = habit.recent_shops[cardinality(habit.recent_shops) - %(most_recent)s::integer + 2:] || excluded.recent_shops,
    devices = CASE
        WHEN excluded.devices <@ habit.devices OR cardinality(habit.devices) >= %(most_known)s::integer THEN habit.devices
        ELSE habit.devices || excluded.devices
    END,
    addresses = CASE
        WHEN excluded.addresses <@ habit.addresses OR cardinality(habit.addresses) >= %(most_known)s::integer THEN habit.addresses
        ELSE habit.addresses || excluded.addresses
    END,
    merchants = CASE
        WHEN excluded.merchants <@ habit.merchants OR cardinality(habit.merchants) >= %(most_known)s::integer THEN habit.merchants
        ELSE habit.merchants || excluded.merchants
    END
