-- Of the statements due in the window on lines that were not overdue, those whose due was missed: roll rate from current to overdue.
-- A statement keeps its due day, whatever becomes of its installments.
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
WHERE
    statement.due_on >= %(from_on)s::date AND statement.due_on < %(to_on)s::date
    AND statement.minimum_minor > 0
    AND NOT EXISTS (
        SELECT FROM money.arrears AS overdue
        WHERE
            overdue.customer_id = statement.customer_id
            AND overdue.line_id = statement.line_id
            AND overdue.since_on < statement.due_on
            AND (overdue.ended_on IS NULL OR overdue.ended_on > statement.due_on)
            AND overdue.since_on < %(to_on)s::date
            AND (overdue.ended_on IS NULL OR overdue.ended_on > %(from_on)s::date)
    )
