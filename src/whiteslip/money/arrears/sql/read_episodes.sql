-- Read a line's episodes of arrears that reach into a period, the oldest first.
SELECT since_on, ended_on
FROM money.arrears
WHERE
    customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
    AND (ended_on IS NULL OR ended_on > %(after)s::date)
ORDER BY since_on
