-- Count again how many lines were later at a month end than at any before, and find the sums that are kept otherwise.
WITH ever AS (
    SELECT
        customer_id, line_id, max(days_past_due) FILTER (WHERE month_end < %(month_end)s::date) AS days_before,
        max(days_past_due) FILTER (WHERE month_end = %(month_end)s::date) AS days_now
    FROM money.month_end
    WHERE month_end <= %(month_end)s::date AND days_past_due > 0
    GROUP BY customer_id, line_id
    HAVING bool_or(month_end = %(month_end)s::date)
),

late AS (
    SELECT
        customer_id, line_id, least(2 + ceil(coalesce(days_before, 0) / 30.0), 9)::smallint AS place_before,
        least(2 + ceil(days_now / 30.0), 9)::smallint AS place_after
    FROM ever
),

counted AS (
    SELECT date_trunc('month', line.opened_on)::date AS opened_in, line.product_id, late.place_before, late.place_after, count(*) AS lines
    FROM late
    INNER JOIN money.line ON line.customer_id = late.customer_id AND line.line_id = late.line_id
    WHERE late.place_after > late.place_before
    GROUP BY date_trunc('month', line.opened_on), line.product_id, late.place_before, late.place_after
),

kept AS (
    SELECT opened_in, product_id, place_before, place_after, sum(lines) AS lines
    FROM money.month_worst
    WHERE month_end = %(month_end)s::date
    GROUP BY opened_in, product_id, place_before, place_after
)

SELECT
    %(month_end)s::date AS month_end, opened_in, product_id, place_before, place_after, counted.lines AS lines_counted, kept.lines::bigint AS lines_kept
FROM counted
FULL JOIN kept USING (opened_in, product_id, place_before, place_after)
WHERE counted.lines IS DISTINCT FROM kept.lines
ORDER BY opened_in, product_id, place_before, place_after
