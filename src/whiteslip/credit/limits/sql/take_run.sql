-- Lock a run and read it as it stands.
SELECT run.run_id, run.begun_on, run.trigger, run.state, run.judged, run.cuts, run.allowed, run.requested_by, run.released_by
FROM credit.limit_run AS run
WHERE run.run_id = %(run_id)s::bigint
FOR UPDATE
