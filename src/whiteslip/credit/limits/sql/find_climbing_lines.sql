-- Find the lines that have just paid a due on time which is the last one to a rung: whose due date was the day closed, for `first` to `last`.
-- On time is a statement with something to pay after whose due date the line was not behind.
SELECT line.customer_id, line.line_id
FROM money.line
INNER JOIN money.statement AS latest
    ON latest.customer_id = line.customer_id AND latest.line_id = line.line_id AND latest.due_on = %(as_of)s::date AND latest.minimum_minor > 0
CROSS JOIN LATERAL (
    SELECT count(*) AS on_time
    FROM money.statement AS due
    WHERE
        due.customer_id = line.customer_id
        AND due.line_id = line.line_id
        AND due.minimum_minor > 0
        AND due.due_on <= %(as_of)s::date
        AND NOT EXISTS (
            SELECT FROM money.arrears
            WHERE
                arrears.customer_id = due.customer_id
                AND arrears.line_id = due.line_id
                AND arrears.since_on <= due.due_on
                AND (arrears.ended_on IS NULL OR arrears.ended_on > due.due_on)
        )
) AS paid
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND line.status = 'open'
    AND paid.on_time = ANY(%(rungs)b::integer[])
ORDER BY line.customer_id, line.line_id
