-- Of the lines opened in one month, those so many days late at a month end a fixed number of months later: the youngest month that is so old, and before
-- it the months before, each at the same age. The youngest is held against those before. Month ends lie in money.month_end; a line without a row owed nothing.
WITH last_end AS (
    SELECT max(kept.month_end) AS month_end FROM money.month_end AS kept
    WHERE
        kept.month_end <= %(as_of)s::date
        AND kept.month_end > %(as_of)s::date - %(look_back_days)s::integer
),

vintage AS (
    SELECT
        series.back,
        (date_trunc('month', last_end.month_end) - (%(age_months)s::integer + series.back) * interval '1 month')::date AS from_on,
        (date_trunc('month', last_end.month_end) - (%(age_months)s::integer + series.back - 1) * interval '1 month')::date AS to_on,
        (date_trunc('month', last_end.month_end) - (series.back - 1) * interval '1 month')::date - 1 AS month_end
    FROM last_end
    CROSS JOIN generate_series(0, %(before_months)s::integer) AS series (back)
),

stood AS (
    SELECT vintage.back, count(*) AS lines, count(kept.customer_id) AS late_lines
    FROM vintage
    INNER JOIN money.line ON line.opened_on >= vintage.from_on AND line.opened_on < vintage.to_on
    LEFT JOIN money.month_end AS kept
        ON
            kept.customer_id = line.customer_id
            AND kept.line_id = line.line_id
            AND kept.month_end = vintage.month_end
            AND kept.days_past_due >= %(late_days)s::integer
    WHERE EXISTS (SELECT FROM money.month_end AS written WHERE written.month_end = vintage.month_end)
    GROUP BY vintage.back
)

SELECT
    coalesce(sum(stood.late_lines) FILTER (WHERE stood.back = 0), 0)::bigint AS hits,
    coalesce(sum(stood.lines) FILTER (WHERE stood.back = 0), 0)::bigint AS out_of,
    (SELECT last_end.month_end FROM last_end) AS seen_on,
    coalesce(sum(stood.late_lines) FILTER (WHERE stood.back > 0), 0)::bigint AS before_hits,
    coalesce(sum(stood.lines) FILTER (WHERE stood.back > 0), 0)::bigint AS before_out_of,
    (SELECT to_char(vintage.from_on, 'YYYY-MM') FROM vintage WHERE vintage.back = 0) AS detail
FROM stood
