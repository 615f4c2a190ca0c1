-- Append a step of a version; nothing where somebody was faster.
INSERT INTO risk.appetite_step (version, step, command, state, actor, note, happened_at)
VALUES (%(version)s::integer, %(step)s::integer, %(command)s, %(state)s, %(actor)s, %(note)s, %(at)s::timestamptz)
ON CONFLICT (version, step) DO NOTHING
