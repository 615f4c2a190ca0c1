-- Make the people of a network, who joined over three years; the last 1200 joined within a week, six by six.
INSERT INTO credit.customer (customer_id, reference, display_name, language, joined_on)
SELECT
    n, 'bench-' || n, 'x', 'zh',
    CASE
        WHEN n > %(accounts)s - 1200 THEN %(on)s::date - 3 - mod(n, 5)::integer
        ELSE %(on)s::date - 30 - mod(hashint8extended(n, 1) & 2147483647, 1000)::integer
    END
FROM generate_series(1, %(accounts)s::bigint) AS n
