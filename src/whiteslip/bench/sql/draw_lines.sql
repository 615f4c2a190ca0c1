-- Draw what each line of a made book is like, from a hash of its number: the same book every time. The longer ago a bill, the fewer still owe it, unless unpaid.
CREATE TEMPORARY TABLE drawn_line ON COMMIT DROP AS
SELECT
    line.customer_id, line.statement_day, cycle.last_on, (cycle.last_on + interval '1 month')::date AS next_on,
    line.draw[1] < 50 AS overdue, %(unpaid)s::boolean OR line.draw[7] < 950 - 31 * (%(business_date)s::date - cycle.last_on) AS billed, line.draw[2] < 50 AS revolving, line.draw[2] >= 100 AS unbilled,
    line.draw[3] < 300 AS in_plan, line.draw[4] < 70 AS holding, line.draw[4] BETWEEN 70 AND 89 AS in_credit, line.draw[4] BETWEEN 90 AND 99 AS raised,
    line.draw[4] BETWEEN 100 AND 119 AS is_full, 5000 + 50 * line.draw[5] AS amount_minor, line.draw[6] AS days
FROM (
    SELECT
        customer_id, coalesce(%(statement_day)s::integer, 1 + mod(hashint8extended(customer_id, 8) & 2147483647, 28)::integer) AS statement_day,
        ARRAY(
            SELECT mod(hashint8extended(customer_id, seed) & 2147483647, 1000)
            FROM generate_series(1, 7) AS seed
            ORDER BY seed
        )::integer[] AS draw
    FROM generate_series(1, %(lines)s::bigint) AS customer_id
) AS line
CROSS JOIN LATERAL (
    SELECT
        (
            date_trunc('month', %(business_date)s::date)
            - CASE WHEN extract(DAY FROM %(business_date)s::date) < line.statement_day THEN interval '1 month' ELSE interval '0 months' END
        )::date + (line.statement_day - 1) AS last_on
) AS cycle
