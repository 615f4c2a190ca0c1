-- Batch step. Keep what each line owes and how late it is as a month ends; what is captured after the day is not owed by it.
-- Idempotent: what is kept stays as it was.
-- Pure twin: money/arrears/rules.py: days_past_due
INSERT INTO money.month_end (customer_id, line_id, owed_minor, overdue_minor, month_end, days_past_due)
SELECT
    owing.customer_id, owing.line_id, owing.owed_minor, owing.overdue_minor, %(business_date)s::date,
    coalesce(%(business_date)s::date - owing.oldest_due_on, 0)
FROM (
    SELECT
        installment.customer_id,
        installment.line_id,
        sum(money.owed(installment, %(business_date)s::date))::bigint AS owed_minor,
        coalesce(
            sum(money.owed(installment, %(business_date)s::date)) FILTER (WHERE installment.due_on < %(business_date)s::date), 0
        )::bigint AS overdue_minor,
        min(installment.due_on) FILTER (WHERE installment.due_on < %(business_date)s::date) AS oldest_due_on
    FROM money.installment
    WHERE
        installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND installment.status = 'open'
        AND installment.captured_on <= %(business_date)s::date
    GROUP BY installment.customer_id, installment.line_id
) AS owing
WHERE owing.owed_minor > 0
ORDER BY owing.customer_id, owing.line_id
ON CONFLICT (customer_id, line_id, month_end) DO NOTHING
