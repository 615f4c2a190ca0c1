-- What every line owed at each month end that was kept, and how late it was; with the limit it has now.
SELECT
    kept.customer_id, kept.month_end, kept.owed_minor, kept.days_past_due, line.fixed_limit_minor
FROM money.month_end AS kept
INNER JOIN money.line ON line.customer_id = kept.customer_id AND line.line_id = kept.line_id
ORDER BY kept.customer_id, kept.month_end
