-- Find the earliest run of the program's own that was interrupted: it is gone on with before another begins.
SELECT run.run_id
FROM credit.limit_run AS run
WHERE run.state IN ('judging', 'settling') AND run.trigger = %(trigger)s
ORDER BY run.run_id
LIMIT 1
