-- Read what was said of a run, in order.
SELECT command, actor FROM risk.run_step
WHERE book = %(book)s::text AND book_version = %(version)s::integer AND run_on = %(run_on)s::date
ORDER BY step
