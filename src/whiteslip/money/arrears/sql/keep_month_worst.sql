-- Batch step. Count a range's lines that stand later at this month end than at any before, by month of opening, product, the worst place before
-- (2 where they were never late) and the place now.
-- Idempotent: what is counted stays as it was.
INSERT INTO money.month_worst (range_first, lines, month_end, opened_in, product_id, place_before, place_after)
SELECT
    %(first)s::bigint, count(*), %(month_end)s::date, date_trunc('month', line.opened_on)::date,
    line.product_id, late.place_before, late.place_after
FROM (
    SELECT
        now_late.customer_id, now_late.line_id,
        least((now_late.days_past_due + 29) / 30, 7) + 2 AS place_after,
        (
            SELECT least((coalesce(max(earlier.days_past_due), 0) + 29) / 30, 7) + 2
            FROM money.month_end AS earlier
            WHERE
                earlier.customer_id = now_late.customer_id AND earlier.line_id = now_late.line_id
                AND earlier.month_end < %(month_end)s::date
        ) AS place_before
    FROM money.month_end AS now_late
    WHERE
        now_late.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND now_late.month_end = %(month_end)s::date
        AND now_late.days_past_due > 0
) AS late
INNER JOIN money.line ON line.customer_id = late.customer_id AND line.line_id = late.line_id
WHERE
    late.place_after > late.place_before
    AND NOT EXISTS (SELECT FROM money.month_worst AS done WHERE done.month_end = %(month_end)s::date AND done.range_first = %(first)s::bigint)
GROUP BY date_trunc('month', line.opened_on), line.product_id, late.place_before, late.place_after
ON CONFLICT (month_end, range_first, opened_in, product_id, place_before, place_after) DO NOTHING
