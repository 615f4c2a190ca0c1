-- Count the moves to a month end again, over the whole book, and find the sums that are kept otherwise.
-- A month end without a month before it that was kept is compared by where lines stand alone.
WITH moved AS (
    SELECT
        line.product_id,
        CASE
            WHEN line.opened_on > %(before_on)s::date THEN 0
            WHEN before.days_past_due IS NULL THEN 1
            WHEN before.days_past_due > 180 THEN 9
            ELSE 2 + ceil(before.days_past_due / 30.0)
        END::smallint AS place_before,
        CASE
            WHEN after.days_past_due IS NULL THEN 1
            WHEN after.days_past_due > 180 THEN 9
            ELSE 2 + ceil(after.days_past_due / 30.0)
        END::smallint AS place_after,
        coalesce(before.owed_minor, 0) AS owed_before_minor,
        coalesce(after.owed_minor, 0) AS owed_after_minor
    FROM money.line
    LEFT JOIN (SELECT * FROM money.month_end WHERE month_end = %(before_on)s::date) AS before
        ON before.customer_id = line.customer_id AND before.line_id = line.line_id
    LEFT JOIN (SELECT * FROM money.month_end WHERE month_end = %(month_end)s::date) AS after
        ON after.customer_id = line.customer_id AND after.line_id = line.line_id
    WHERE line.opened_on <= %(month_end)s::date
),

is_first AS (
    SELECT coalesce(bool_or(place_before = -1), FALSE) AS told
    FROM money.month_move
    WHERE month_end = %(month_end)s::date
),

counted AS (
    SELECT
        moved.product_id, moved.place_after, count(*) AS lines, sum(moved.owed_before_minor) AS owed_before_minor,
        CASE WHEN is_first.told THEN -1 ELSE moved.place_before END AS place_before, sum(moved.owed_after_minor) AS owed_after_minor
    FROM moved
    CROSS JOIN is_first
    GROUP BY moved.product_id, moved.place_after, CASE WHEN is_first.told THEN -1 ELSE moved.place_before END
),

kept AS (
    SELECT
        moved.product_id, moved.place_after, sum(moved.lines) AS lines, sum(moved.owed_before_minor) AS owed_before_minor,
        CASE WHEN is_first.told THEN -1 ELSE moved.place_before END AS place_before, sum(moved.owed_after_minor) AS owed_after_minor
    FROM money.month_move AS moved
    CROSS JOIN is_first
    WHERE moved.month_end = %(month_end)s::date
    GROUP BY moved.product_id, moved.place_after, CASE WHEN is_first.told THEN -1 ELSE moved.place_before END
)

SELECT
    %(month_end)s::date AS month_end, product_id, place_before, place_after,
    counted.lines::bigint AS lines_counted, kept.lines::bigint AS lines_kept,
    counted.owed_after_minor::bigint AS owed_counted_minor, kept.owed_after_minor::bigint AS owed_kept_minor
FROM counted
FULL JOIN kept USING (product_id, place_before, place_after)
WHERE
    (counted.lines, counted.owed_before_minor, counted.owed_after_minor)
    IS DISTINCT FROM (kept.lines, kept.owed_before_minor, kept.owed_after_minor)
ORDER BY product_id, place_before, place_after
