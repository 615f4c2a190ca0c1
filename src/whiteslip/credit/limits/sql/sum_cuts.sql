-- Sum the cuts of the runs of each day before one, the latest day first.
SELECT sum(run.cuts)::bigint AS cuts
FROM credit.limit_run AS run
WHERE run.begun_on < %(on_date)s::date AND run.state = 'finished'
GROUP BY run.begun_on
ORDER BY run.begun_on DESC
LIMIT %(runs)s::integer
