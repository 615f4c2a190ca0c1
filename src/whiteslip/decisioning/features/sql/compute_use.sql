-- What each line owed, held and might use on a day, and how much of its limit was used at the ends of the six months before it.
-- Point 0 is the day, point k the end of the k-th month before its month. A balance at a point is today's less what was posted since,
-- a fixed limit what the first change after the point found; so the past costs only what happened after it, and whoever asks for the day
-- alone is given no months.
WITH point AS (
    SELECT
        series.place,
        CASE
            WHEN series.place = 0 THEN %(as_of)s::date
            ELSE (date_trunc('month', %(as_of)s::date) - (series.place - 1) * interval '1 month')::date - 1
        END AS on_day
    FROM generate_series(0, /* months */ 6) AS series (place)
),

posted AS (
    SELECT
        movement.customer_id, movement.line_id, span.place,
        sum(CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END) AS principal_minor,
        sum(CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END) AS held_minor,
        sum(CASE movement.credit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.debit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END) AS credit_minor
    FROM money.movement
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN movement.business_date > %(as_of)s::date THEN 0
                WHEN movement.business_date >= date_trunc('month', %(as_of)s::date)::date THEN 1
                WHEN movement.business_date >= (date_trunc('month', %(as_of)s::date) - interval '1 month')::date THEN 2
                WHEN movement.business_date >= (date_trunc('month', %(as_of)s::date) - interval '2 months')::date THEN 3
                WHEN movement.business_date >= (date_trunc('month', %(as_of)s::date) - interval '3 months')::date THEN 4
                WHEN movement.business_date >= (date_trunc('month', %(as_of)s::date) - interval '4 months')::date THEN 5
                ELSE 6
            END AS place
    ) AS span
    WHERE
        movement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR movement.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND movement.business_date >= (date_trunc('month', %(as_of)s::date) - interval '5 months')::date
        /* after the day */
    GROUP BY movement.customer_id, movement.line_id, span.place
),

changed AS (
    SELECT
        limit_change.customer_id, limit_change.line_id, point.place,
        (array_agg(limit_change.fixed_before_minor ORDER BY limit_change.change_id))[1] AS fixed_minor
    FROM money.limit_change
    CROSS JOIN point
    WHERE
        limit_change.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR limit_change.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND limit_change.changed_on > point.on_day
    GROUP BY limit_change.customer_id, limit_change.line_id, point.place
),

granted AS (
    SELECT temporary_limit.customer_id, temporary_limit.line_id, point.place, sum(temporary_limit.amount_minor) AS temporary_minor
    FROM money.temporary_limit
    CROSS JOIN point
    WHERE
        temporary_limit.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR temporary_limit.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND temporary_limit.starts_on <= point.on_day
        AND temporary_limit.ends_on > point.on_day
    GROUP BY temporary_limit.customer_id, temporary_limit.line_id, point.place
),

standing AS (
    SELECT
        line.customer_id, line.line_id, line.opened_on, point.place,
        line.opened_on <= point.on_day AS is_open,
        coalesce(changed.fixed_minor, line.fixed_limit_minor) AS fixed_minor,
        coalesce(changed.fixed_minor, line.fixed_limit_minor) + coalesce(granted.temporary_minor, 0) AS limit_minor,
        line.principal_minor - coalesce(sum(posted.principal_minor) OVER since, 0) AS principal_minor,
        line.held_minor - coalesce(sum(posted.held_minor) OVER since, 0) AS held_minor,
        line.credit_minor - coalesce(sum(posted.credit_minor) OVER since, 0) AS credit_minor
    FROM money.line
    CROSS JOIN point
    LEFT JOIN posted ON posted.customer_id = line.customer_id AND posted.line_id = line.line_id AND posted.place = point.place
    LEFT JOIN changed ON changed.customer_id = line.customer_id AND changed.line_id = line.line_id AND changed.place = point.place
    LEFT JOIN granted ON granted.customer_id = line.customer_id AND granted.line_id = line.line_id AND granted.place = point.place
    WHERE
        line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND line.opened_on <= %(as_of)s::date
    WINDOW since AS (PARTITION BY line.customer_id, line.line_id ORDER BY point.place)
),

used AS (
    SELECT standing.*, CASE WHEN standing.is_open AND standing.limit_minor > 0 THEN standing.principal_minor::double precision / standing.limit_minor END AS share
    FROM standing
)

SELECT
    used.customer_id, used.line_id,
    max(used.principal_minor) FILTER (WHERE used.place = 0) AS principal_minor,
    max(used.held_minor) FILTER (WHERE used.place = 0) AS held_minor,
    max(used.credit_minor) FILTER (WHERE used.place = 0) AS credit_minor,
    max(used.fixed_minor) FILTER (WHERE used.place = 0) AS fixed_limit_minor,
    max(used.limit_minor) FILTER (WHERE used.place = 0) AS limit_minor,
    max(used.share) FILTER (WHERE used.place = 0) AS utilization,
    avg(used.share) FILTER (WHERE used.place > 0) AS utilization_average_6m,
    max(used.share) FILTER (WHERE used.place > 0) AS utilization_highest_6m,
    max(used.share) FILTER (WHERE used.place = 0) - max(used.share) FILTER (WHERE used.place = 3) AS utilization_change_3m,
    regr_slope(used.share, -used.place) FILTER (WHERE used.place > 0) AS utilization_trend_6m,
    count(*) FILTER (WHERE used.place > 0 AND used.is_open AND used.principal_minor > used.limit_minor) AS months_above_limit_6m,
    (
        max(used.fixed_minor) FILTER (WHERE used.place = 0)::double precision
        / nullif(max(used.fixed_minor) FILTER (WHERE used.place = 6 AND used.is_open), 0) - 1
    ) AS limit_change_6m,
    %(as_of)s::date - max(used.opened_on) AS line_age_days
FROM used
GROUP BY used.customer_id, used.line_id
