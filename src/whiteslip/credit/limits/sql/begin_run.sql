-- Begin a run of reviews.
INSERT INTO credit.limit_run (run_id, begun_on, begun_at, trigger, state, requested_by)
VALUES (%(run_id)s::bigint, %(on_date)s::date, %(at)s::timestamptz, %(trigger)s, 'judging', %(requested_by)s)
