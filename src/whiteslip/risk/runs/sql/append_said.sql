-- Append what a person, or the guard, said of a run; nothing where the same actor said it before.
INSERT INTO risk.run_step (book, book_version, run_on, step, command, actor, note, happened_at)
SELECT
    %(book)s::text, %(version)s::integer, %(run_on)s::date, coalesce(max(earlier.step), 0) + 1, %(command)s::text, %(actor)s::text, %(note)s::text,
    %(at)s::timestamptz
FROM risk.run_step AS earlier
WHERE earlier.book = %(book)s::text AND earlier.book_version = %(version)s::integer AND earlier.run_on = %(run_on)s::date
ON CONFLICT DO NOTHING
