-- Count the moves to a month end again, over the whole book, and find the sums that are kept otherwise.
-- A month end without a month before it that was kept is compared by where lines stand alone.
WITH moved AS (
    SELECT
        line.product_id, count(*) AS lines,
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
        coalesce(sum(before.owed_minor), 0)::bigint AS owed_before_minor,
        coalesce(sum(after.owed_minor), 0)::bigint AS owed_after_minor
    FROM money.line
    LEFT JOIN (SELECT * FROM money.month_end WHERE month_end = %(before_on)s::date) AS before
        ON before.customer_id = line.customer_id AND before.line_id = line.line_id
    LEFT JOIN (SELECT * FROM money.month_end WHERE month_end = %(month_end)s::date) AS after
        ON after.customer_id = line.customer_id AND after.line_id = line.line_id
    WHERE line.opened_on <= %(month_end)s::date
    GROUP BY 1, 3, 4
),

is_first AS (
    SELECT coalesce(bool_or(place_before = -1), FALSE) AS told
    FROM money.month_move
    WHERE month_end = %(month_end)s::date
),

counted AS (
    SELECT
        moved.product_id, CASE WHEN is_first.told THEN -1 ELSE moved.place_before END AS place_before, moved.place_after, sum(moved.lines) AS lines,
        sum(moved.owed_before_minor) AS owed_before_minor, sum(moved.owed_after_minor) AS owed_after_minor
    FROM moved
    CROSS JOIN is_first
    GROUP BY 1, 2, 3
),

kept AS (
    SELECT
        month_move.product_id, CASE WHEN is_first.told THEN -1 ELSE month_move.place_before END AS place_before, month_move.place_after,
        sum(month_move.lines) AS lines, sum(month_move.owed_before_minor) AS owed_before_minor, sum(month_move.owed_after_minor) AS owed_after_minor
    FROM money.month_move
    CROSS JOIN is_first
    WHERE month_move.month_end = %(month_end)s::date
    GROUP BY 1, 2, 3
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
