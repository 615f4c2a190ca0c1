-- Make three links an account: a device of a household of one to three, an address of a household or (one in ten) of a dormitory of about 300,
-- and a device that chance shares, by which most of the book hangs together. The last 1200 share a device six by six instead.
INSERT INTO risk.network_link (customer_id, entity, first_on, last_on, times, kind)
SELECT one.n, told.entity, %(on)s::date - one.age, %(on)s::date - least(one.age, one.since), 1, told.kind
FROM (
    SELECT
        n, n > %(accounts)s - 1200 AS planted, CASE WHEN n > %(accounts)s - 1200 THEN 2 ELSE 20 + mod(hashint8extended(n, 2) & 2147483647, 700) END::integer AS age,
        mod(hashint8extended(n, 3) & 2147483647, 200)::integer AS since
    FROM generate_series(1, %(accounts)s::bigint) AS n
) AS one
CROSS JOIN LATERAL (
    VALUES
    ('device', CASE WHEN mod(one.n / 3, 3) = 0 AND NOT one.planted THEN 100000000 + one.n / 3 ELSE one.n END),
    ('device', CASE WHEN one.planted THEN 200000000 + (%(accounts)s - one.n) / 6 ELSE 300000000 + mod(hashint8extended(one.n, 4) & 2147483647, %(accounts)s * 7 / 10) END),
    ('address', CASE WHEN mod(one.n / 3, 10) = 0 THEN 400000000 + one.n / 3000 ELSE 500000000 + one.n / 3 END)
) AS told (kind, entity)
