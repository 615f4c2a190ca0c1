-- Count what a run proposes that nobody has released or dismissed: restrictions, and the lines they are on.
SELECT count(*) AS restrictions, count(DISTINCT line_id) AS lines
FROM risk.restriction
WHERE
    state = 'proposed'
    AND book = %(book)s::text
    AND book_version = %(version)s::integer
    AND since_on = %(run_on)s::date
