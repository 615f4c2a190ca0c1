-- Bring habits up to date with one request each of some customers, all of one instant. Lock order: customers ascending, after their lines.
-- Twin: habits/rules.py: after
INSERT INTO decisioning.habit AS habit (
    customer_id, requests, purchases, usual_at, usual_weight, usual_sum, usual_square_sum, recent_at, recent_minor, devices, addresses, merchants
)
SELECT
    request.customer_id, 1, request.authorized::integer, %(at)s::timestamptz, request.authorized::integer,
    CASE WHEN request.authorized THEN ln(request.amount_minor::double precision) ELSE 0 END,
    CASE WHEN request.authorized THEN ln(request.amount_minor::double precision) ^ 2 ELSE 0 END,
    ARRAY[%(at)s::timestamptz], ARRAY[request.amount_minor],
    CASE WHEN request.authorized AND request.device <> 0 THEN ARRAY[request.device] ELSE '{}' END,
    CASE WHEN request.authorized AND request.address <> 0 THEN ARRAY[request.address] ELSE '{}' END,
    CASE WHEN request.authorized THEN ARRAY[request.merchant_id] ELSE '{}' END
FROM unnest(
    %(customer_ids)b::bigint[], %(amounts_minor)b::bigint[], %(merchant_ids)b::bigint[], %(devices)b::bigint[], %(addresses)b::bigint[],
    %(authorized)b::boolean[]
) AS request (customer_id, amount_minor, merchant_id, device, address, authorized)
ON CONFLICT (customer_id) DO UPDATE SET
    requests = habit.requests + 1,
    purchases = habit.purchases + excluded.purchases,
    usual_at = CASE WHEN excluded.purchases = 0 THEN habit.usual_at ELSE greatest(habit.usual_at, excluded.usual_at) END,
    usual_weight = excluded.usual_weight + habit.usual_weight
    * CASE
        WHEN excluded.purchases = 0 THEN 1
        ELSE 0.5 ^ (greatest(0, date_part('epoch', excluded.usual_at - habit.usual_at)) / (86400 * %(half_life_days)s::double precision))
    END,
    usual_sum = excluded.usual_sum + habit.usual_sum
    * CASE
        WHEN excluded.purchases = 0 THEN 1
        ELSE 0.5 ^ (greatest(0, date_part('epoch', excluded.usual_at - habit.usual_at)) / (86400 * %(half_life_days)s::double precision))
    END,
    usual_square_sum = excluded.usual_square_sum + habit.usual_square_sum
    * CASE
        WHEN excluded.purchases = 0 THEN 1
        ELSE 0.5 ^ (greatest(0, date_part('epoch', excluded.usual_at - habit.usual_at)) / (86400 * %(half_life_days)s::double precision))
    END,
    recent_at = habit.recent_at[cardinality(habit.recent_at) - %(most_recent)s::integer + 2:] || excluded.recent_at,
    recent_minor = habit.recent_minor[cardinality(habit.recent_minor) - %(most_recent)s::integer + 2:] || excluded.recent_minor,
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
