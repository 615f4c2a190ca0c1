-- The run of a day, or where none is named the last one.
SELECT run.seen_on, run.seen_at, run.version, run.lines, run.yellow, run.orange, run.red, run.unknown, run.offered, run.cases
FROM risk.sign_run AS run
WHERE %(on)s::date IS NULL OR run.seen_on = %(on)s::date
ORDER BY run.seen_on DESC
LIMIT 1
