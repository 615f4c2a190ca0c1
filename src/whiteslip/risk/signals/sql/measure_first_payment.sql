-- Of the lines whose first due ever lay in the window, those that missed it and were still overdue when the lag was over.
SELECT
    count(missed.customer_id) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.statement
LEFT JOIN money.arrears AS missed
    ON
        missed.customer_id = statement.customer_id
        AND missed.line_id = statement.line_id
        AND missed.since_on = statement.due_on
        AND missed.since_on >= %(from_on)s::date
        AND missed.since_on < %(to_on)s::date
        AND (missed.ended_on IS NULL OR missed.ended_on - missed.since_on >= %(lag_days)s::integer)
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
