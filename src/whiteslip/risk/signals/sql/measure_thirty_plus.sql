-- Of the lines that owe principal, those overdue since before the window: at 30 days of window, 30 days and more past due at the end of the day.
SELECT
    count(late.customer_id) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.line
LEFT JOIN (
    SELECT episode.customer_id, episode.line_id FROM money.arrears AS episode
    WHERE episode.ended_on IS NULL AND episode.oldest_due_on < %(from_on)s::date
) AS late ON late.customer_id = line.customer_id AND late.line_id = line.line_id
WHERE line.principal_minor > 0
