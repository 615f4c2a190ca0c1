-- List open episodes of arrears by days past due today and worst days so far, with how many lines and how much they owe.
SELECT
    day.current_on - late.oldest_due_on AS days_past_due, greatest(late.worst_days, day.current_on - late.oldest_due_on) AS worst_days,
    count(*) AS lines, coalesce(sum(owed.overdue_minor), 0)::bigint AS overdue_minor, coalesce(sum(owed.outstanding_minor), 0)::bigint AS outstanding_minor
FROM money.arrears AS late
CROSS JOIN infra.business_day AS day
CROSS JOIN LATERAL (
    SELECT
        sum(money.owed(installment, day.current_on)) AS outstanding_minor,
        sum(money.owed(installment, day.current_on)) FILTER (WHERE installment.due_on < day.current_on) AS overdue_minor
    FROM money.installment
    WHERE installment.customer_id = late.customer_id AND installment.line_id = late.line_id AND installment.status = 'open'
) AS owed
WHERE late.ended_on IS NULL
GROUP BY day.current_on - late.oldest_due_on, greatest(late.worst_days, day.current_on - late.oldest_due_on)
ORDER BY days_past_due, worst_days
