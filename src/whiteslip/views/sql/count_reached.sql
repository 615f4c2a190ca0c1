-- Count by month of opening at which month end lines were past each threshold for the first time; nothing after the day is looked at.
SELECT
    date_trunc('month', line.opened_on)::date AS opened_in,
    reached.over_days,
    reached.month_end,
    count(*) AS lines
FROM (
    SELECT late.customer_id, late.line_id, threshold.over_days, min(late.month_end) AS month_end
    FROM money.month_end AS late
    CROSS JOIN unnest(%(over_days)b::int[]) AS threshold (over_days)
    WHERE late.month_end <= %(until)s::date AND late.days_past_due > threshold.over_days
    GROUP BY late.customer_id, late.line_id, threshold.over_days
) AS reached
INNER JOIN money.line ON line.customer_id = reached.customer_id AND line.line_id = reached.line_id
GROUP BY date_trunc('month', line.opened_on), reached.over_days, reached.month_end
ORDER BY opened_in, reached.over_days, reached.month_end
