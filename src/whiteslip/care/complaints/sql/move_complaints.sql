-- Move complaints from one state to the next, each with its event; one that is not where it was seen is left alone.
WITH moved AS (
    UPDATE care.complaint
    SET
        state = move.after,
        steps = complaint.steps + 1,
        found_cause = move.found_cause,
        redress = move.redress,
        answer = move.answer,
        answered_by = CASE WHEN move.answer IS NOT NULL THEN move.actor END,
        answered_on = move.answered_on,
        answered_at = CASE WHEN move.answer IS NOT NULL THEN %(at)s::timestamptz END
    FROM unnest(
        %(customer_ids)b::bigint[], %(complaint_ids)b::bigint[], %(before)b::text[], %(after)b::text[], %(actors)b::text[], %(notes)b::text[],
        %(causes)b::text[], %(redresses)b::text[], %(answers)b::text[], %(answered_ons)b::date[]
    ) AS move (customer_id, complaint_id, before, after, actor, note, found_cause, redress, answer, answered_on)
    WHERE complaint.customer_id = move.customer_id AND complaint.complaint_id = move.complaint_id AND complaint.state = move.before
    RETURNING complaint.customer_id, complaint.complaint_id, complaint.steps, move.before, move.after, move.actor, move.note
)

INSERT INTO care.complaint_event (customer_id, complaint_id, step, happened_at, from_state, to_state, actor, note)
SELECT customer_id, complaint_id, steps, %(at)s::timestamptz, before, after, actor, note
FROM moved
RETURNING customer_id, complaint_id
