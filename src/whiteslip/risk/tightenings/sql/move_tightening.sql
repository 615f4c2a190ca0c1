-- Move a tightening that is locked, and append the step; what is NULL stays as it was.
WITH moved AS (
    UPDATE risk.tightening SET
        state = %(state)s::text,
        released_on = coalesce(%(released_on)s::date, released_on),
        review_on = coalesce(%(review_on)s::date, review_on),
        ended_on = coalesce(%(ended_on)s::date, ended_on),
        stages_done = %(stages_done)s::smallint,
        steps = steps + 1
    WHERE tightening_id = %(tightening_id)s::integer AND steps = %(steps)s::integer
    RETURNING tightening_id, steps, state
)

INSERT INTO risk.tightening_step (tightening_id, step, happened_at, happened_on, command, state, actor, note, facts)
SELECT
    moved.tightening_id, moved.steps, %(at)s::timestamptz, %(on)s::date, %(command)s::text, moved.state, %(actor)s::text, %(note)s::text,
    %(facts)s::jsonb
FROM moved
