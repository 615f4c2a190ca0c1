-- Append the first step of a tightening that was just proposed.
INSERT INTO risk.tightening_step (tightening_id, step, happened_at, happened_on, command, state, actor, note, facts)
VALUES (%(tightening_id)s::integer, 1, %(at)s::timestamptz, %(on)s::date, 'propose', 'proposed', %(actor)s::text, %(note)s::text, '{}'::jsonb)
