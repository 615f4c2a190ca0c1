-- Write warnings as they are after their moves, new ones too, each with its step; one that moved since it was read is left alone.
WITH moved AS (
    INSERT INTO risk.signal_warning AS warning (
        warning_id, indicator, raised_at, due_at, raised_on, ended_on, steps, color, state, acknowledged_by
    )
    SELECT
        move.warning_id, move.indicator, move.raised_at, move.due_at, move.raised_on, move.ended_on, move.step, move.color, move.state,
        move.acknowledged_by
    FROM unnest(
        %(warning_ids)b::bigint[], %(indicators)b::text[], %(raised_ats)b::timestamptz[], %(due_ats)b::timestamptz[], %(raised_ons)b::date[],
        %(ended_ons)b::date[], %(steps)b::integer[], %(colors)b::text[], %(states)b::text[], %(acknowledged_by)b::text[]
    ) AS move (warning_id, indicator, raised_at, due_at, raised_on, ended_on, step, color, state, acknowledged_by)
    ON CONFLICT (warning_id) DO UPDATE
        SET
            due_at = excluded.due_at, ended_on = excluded.ended_on, steps = excluded.steps, color = excluded.color, state = excluded.state,
            acknowledged_by = excluded.acknowledged_by
        WHERE warning.steps = excluded.steps - 1
    RETURNING warning.warning_id, warning.steps, warning.color, warning.state
)

INSERT INTO risk.signal_step (warning_id, step, happened_at, command, color, state, actor, note)
SELECT moved.warning_id, moved.steps, %(at)s::timestamptz, said.command, moved.color, moved.state, said.actor, said.note
FROM moved
INNER JOIN unnest(%(warning_ids)b::bigint[], %(commands)b::text[], %(actors)b::text[], %(notes)b::text[]) AS said (warning_id, command, actor, note)
    ON said.warning_id = moved.warning_id
