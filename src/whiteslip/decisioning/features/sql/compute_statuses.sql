-- The monthly repayment statuses another system recorded of a customer, as known on a day, for each line; -2 is no use, -1 paid in full, 0 revolving.
-- Of what speaks of one month's day the latest learned counts.
WITH known AS (
    SELECT DISTINCT ON (fact.customer_id, fact.observed_on) fact.customer_id, fact.observed_on, fact.whole AS status
    FROM decisioning.outside_fact AS fact
    WHERE
        fact.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR fact.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND fact.name = 'status_late_months'
        AND fact.known_on <= %(as_of)s::date
        AND fact.observed_on > (%(as_of)s::date - interval '6 months')::date
    ORDER BY fact.customer_id ASC, fact.observed_on ASC, fact.known_on DESC, fact.fact_no DESC
),

placed AS (
    SELECT
        known.customer_id, known.status, (known.observed_on - %(as_of)s::date) / 30.4375 AS month,
        row_number() OVER (PARTITION BY known.customer_id ORDER BY known.observed_on DESC) AS place
    FROM known
),

told AS (
    SELECT
        placed.customer_id,
        max(placed.status) FILTER (WHERE placed.place = 1) AS status_latest,
        max(placed.status) FILTER (WHERE placed.place = 2) AS status_before,
        max(placed.status) FILTER (WHERE placed.place <= 3) AS status_worst_3m,
        max(placed.status) AS status_worst_6m,
        count(*) FILTER (WHERE placed.status >= 1) AS status_late_months_6m,
        avg(greatest(placed.status, 0)) AS status_average_6m,
        regr_slope(placed.status, placed.month) AS status_trend_6m
    FROM placed
    GROUP BY placed.customer_id
)

SELECT
    line.customer_id, line.line_id, told.status_latest, told.status_before, told.status_worst_3m, told.status_worst_6m, told.status_late_months_6m,
    told.status_average_6m, told.status_trend_6m
FROM money.line
LEFT JOIN told ON told.customer_id = line.customer_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
