-- Batch step. Count a range's lines by product and by where they stood at the month end before and at this one, with what they owed at each.
-- A place is 0 for not opened yet, 1 for owing nothing, from 2 on a thirty-day bucket, and -1 where the month end before was not kept.
-- Idempotent: what is counted stays as it was.
INSERT INTO money.month_move (
    range_first, lines, owed_before_minor, owed_after_minor, month_end, product_id, place_before, place_after
)
SELECT
    %(first)s::bigint, count(*), sum(moved.owed_before_minor), sum(moved.owed_after_minor), %(month_end)s::date,
    moved.product_id, moved.place_before, moved.place_after
FROM (
    SELECT
        line.product_id,
        coalesce(before.owed_minor, 0) AS owed_before_minor,
        coalesce(after.owed_minor, 0) AS owed_after_minor,
        CASE
            WHEN line.opened_on > %(before_on)s::date THEN 0
            WHEN NOT EXISTS (
                SELECT FROM money.month_move AS known WHERE known.month_end = %(before_on)s::date AND known.range_first = %(first)s::bigint
            ) THEN -1
            WHEN before.days_past_due IS NULL THEN 1
            ELSE least((before.days_past_due + 29) / 30, 7) + 2
        END AS place_before,
        CASE WHEN after.days_past_due IS NULL THEN 1 ELSE least((after.days_past_due + 29) / 30, 7) + 2 END AS place_after
    FROM money.line
    LEFT JOIN money.month_end AS before
        ON
            before.customer_id = line.customer_id AND before.line_id = line.line_id
            AND before.month_end = %(before_on)s::date
            AND before.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    LEFT JOIN money.month_end AS after
        ON
            after.customer_id = line.customer_id AND after.line_id = line.line_id
            AND after.month_end = %(month_end)s::date
            AND after.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    WHERE line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND line.opened_on <= %(month_end)s::date
) AS moved
WHERE NOT EXISTS (SELECT FROM money.month_move AS done WHERE done.month_end = %(month_end)s::date AND done.range_first = %(first)s::bigint)
GROUP BY moved.product_id, moved.place_before, moved.place_after
ON CONFLICT (month_end, range_first, product_id, place_before, place_after) DO NOTHING
