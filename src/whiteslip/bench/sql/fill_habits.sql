-- Write a lived-in habit for every line of a made book: sixteen requests over forty days, four devices, three addresses and nine shops.
INSERT INTO decisioning.habit (
    customer_id, largest_minor, first_at, new_device_at, usual_weight, usual_sum, usual_square_sum, resale_weight,
    hour_cos_1, hour_sin_1, hour_cos_2, hour_sin_2, hour_cos_3, hour_sin_3,
    requests, purchases, categories, recent_at, recent_minor, recent_shops, devices, addresses, merchants, through_id
)
SELECT
    line.customer_id, 9000, %(at)s::timestamptz - interval '300 days', %(at)s::timestamptz - interval '90 days', 40 * now.weight, 40 * 7.5 * now.weight,
    40 * 57 * now.weight, 4 * now.weight,
    -9 * now.weight, -21 * now.weight, 5 * now.weight, -4 * now.weight,
    2 * now.weight, 1 * now.weight,
    55, 50, 62, past.recent_at, past.recent_minor, past.recent_shops, ARRAY[line.customer_id, 1000000001, 1000000002, 1000000003],
    ARRAY[line.customer_id, 1000000001, 1000000002], ARRAY[%(merchant_id)s::bigint, 901, 902, 903, 904, 905, 906, 907, 908],
    coalesce((SELECT max(purchase.purchase_id) FROM money.purchase), 0)
FROM money.line
CROSS JOIN (SELECT 2 ^ (date_part('epoch', %(at)s::timestamptz - timestamptz '2020-01-01 00:00:00Z') / (86400 * 90::double precision)) AS weight) AS now
CROSS JOIN LATERAL (
    SELECT
        array_agg(%(at)s::timestamptz - interval '60 hours' * (16 - n) - interval '1 hour' * mod(line.customer_id, 60) ORDER BY n) AS recent_at,
        array_agg(1000::bigint + n * 100 ORDER BY n) AS recent_minor, array_agg(900::bigint + mod(n, 9) ORDER BY n) AS recent_shops
    FROM generate_series(1, 16) AS n
) AS past
