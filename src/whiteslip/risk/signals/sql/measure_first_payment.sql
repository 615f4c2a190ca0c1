-- Of the lines whose first due ever lay in the window, those that missed it and were still overdue when the lag was over.
SELECT
    count(*) FILTER (
        WHERE EXISTS (
            SELECT FROM money.arrears AS episode
            WHERE
                episode.customer_id = statement.customer_id
                AND episode.line_id = statement.line_id
                AND episode.since_on = statement.due_on
                AND (episode.ended_on IS NULL OR episode.ended_on - episode.since_on >= %(lag_days)s::integer)
        )
    ) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.statement
WHERE
    statement.due_on >= %(from_on)s::date AND statement.due_on < %(to_on)s::date
    AND statement.minimum_minor > 0
    AND NOT EXISTS (
        SELECT FROM money.statement AS earlier
        WHERE
            earlier.customer_id = statement.customer_id
            AND earlier.line_id = statement.line_id
            AND earlier.statement_on < statement.statement_on
            AND earlier.minimum_minor > 0
    )
