-- Of the lines that owe principal, those overdue since before the window: at 30 days of window, 30 days and more past due at the end of the day.
SELECT
    count(*) FILTER (
        WHERE EXISTS (
            SELECT FROM money.arrears AS episode
            WHERE
                episode.customer_id = line.customer_id
                AND episode.line_id = line.line_id
                AND episode.ended_on IS NULL
                AND episode.oldest_due_on < %(from_on)s::date
        )
    ) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.line
WHERE line.principal_minor > 0
