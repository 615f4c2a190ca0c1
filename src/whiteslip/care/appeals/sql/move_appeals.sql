-- Move appeals from one state to the next, each with its event; one that is not where it was seen is left alone.
WITH moved AS (
    UPDATE care.appeal
    SET
        state = move.after,
        steps = appeal.steps + 1,
        outcome = move.outcome,
        answer = move.answer,
        decided_by = CASE WHEN move.outcome IS NOT NULL THEN move.actor END,
        decided_on = move.decided_on,
        decided_at = CASE WHEN move.outcome IS NOT NULL THEN %(at)s::timestamptz END
    FROM unnest(
        %(customer_ids)b::bigint[], %(appeal_ids)b::bigint[], %(before)b::text[], %(after)b::text[], %(actors)b::text[], %(notes)b::text[],
        %(outcomes)b::text[], %(answers)b::text[], %(decided_ons)b::date[]
    ) AS move (customer_id, appeal_id, before, after, actor, note, outcome, answer, decided_on)
    WHERE appeal.customer_id = move.customer_id AND appeal.appeal_id = move.appeal_id AND appeal.state = move.before
    RETURNING appeal.customer_id, appeal.appeal_id, appeal.steps, move.before, move.after, move.actor, move.note
)

INSERT INTO care.appeal_event (customer_id, appeal_id, step, happened_at, from_state, to_state, actor, note)
SELECT customer_id, appeal_id, steps, %(at)s::timestamptz, before, after, actor, note
FROM moved
RETURNING customer_id, appeal_id
