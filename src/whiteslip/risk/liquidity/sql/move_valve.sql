-- Write a valve that is locked, or a new one, as it is after its step, with the step.
WITH kept AS (
    INSERT INTO risk.valve (valve_id, stage, steps, state, days, share_ppm, most_minor, plans, segment, proposed_on, until_on, why)
    VALUES (
        %(valve_id)s::bigint, %(stage)s::smallint, %(steps)s::integer, %(state)s, %(days)s::integer, %(share_ppm)s::integer,
        %(most_minor)s::bigint, %(plans)s, %(segment)s, %(proposed_on)s::date, %(until_on)s::date, %(why)s
    )
    ON CONFLICT (valve_id) DO UPDATE SET state = excluded.state, steps = excluded.steps, until_on = excluded.until_on
    RETURNING valve_id, steps, state
)

INSERT INTO risk.valve_step (valve_id, step, command, state, actor, note, happened_at)
SELECT kept.valve_id, kept.steps, %(command)s, kept.state, %(actor)s, %(note)s, %(at)s::timestamptz
FROM kept
