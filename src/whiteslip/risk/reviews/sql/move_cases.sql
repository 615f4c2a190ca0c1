-- Write cases locked before in this transaction as they are after their moves, each with its event; one that moved since is left alone.
WITH moved AS (
    UPDATE risk.review_case
    SET
        state = move.after, steps = review_case.steps + 1, priority = move.priority, due_at = move.due_at, escalated_at = move.escalated_at,
        pieces = move.pieces, barred = move.barred, holder = move.holder, leased_until = move.leased_until, outcome = move.outcome,
        label = move.label, decided_by = move.decided_by, decided_on = move.decided_on, decided_at = move.decided_at
    FROM unnest(
        %(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(steps)b::integer[], %(before)b::text[], %(after)b::text[], %(priorities)b::smallint[],
        %(due_ats)b::timestamptz[], %(escalated_ats)b::timestamptz[], %(pieces)b::integer[], %(barred)b::jsonb[], %(holders)b::text[],
        %(leases)b::timestamptz[], %(outcomes)b::text[], %(labels)b::text[], %(deciders)b::text[], %(decided_ons)b::date[],
        %(decided_ats)b::timestamptz[], %(commands)b::text[], %(actors)b::text[], %(notes)b::text[]
    ) AS move (
        customer_id, case_id, steps, before, after, priority, due_at, escalated_at, pieces, barred, holder, leased_until, outcome, label,
        decided_by, decided_on, decided_at, command, actor, note
    )
    WHERE
        review_case.customer_id = move.customer_id
        AND review_case.case_id = move.case_id
        AND review_case.state = move.before
        AND review_case.steps = move.steps
    RETURNING review_case.customer_id, review_case.case_id, review_case.steps, move.before, move.after, move.command, move.actor, move.note
)

INSERT INTO risk.review_event (customer_id, case_id, step, happened_at, command, from_state, to_state, actor, note)
SELECT customer_id, case_id, steps, %(at)s::timestamptz, command, before, after, actor, note
FROM moved
RETURNING customer_id, case_id
