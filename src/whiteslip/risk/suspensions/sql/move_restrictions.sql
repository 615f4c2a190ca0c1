-- Move restrictions from the state they are in to another; one that is no longer in that state is left alone. Returns those moved, with what their
-- owner is to be told. What was proposed comes into force by the decision that proposed it. The lines are locked by the caller.
WITH moved AS (
    UPDATE risk.restriction SET
        state = step.to_state,
        in_force = step.in_force,
        until_on = step.until_on,
        eased_to = step.eased_to,
        review_on = CASE WHEN step.from_state = 'in_review' THEN NULL ELSE restriction.review_on END,
        lifted_on = CASE WHEN step.to_state IN ('lifted', 'dismissed') THEN %(on)s::date END,
        steps = restriction.steps + 1
    FROM unnest(
        %(customer_ids)b::bigint[], %(restriction_ids)b::bigint[], %(from_states)b::text[], %(to_states)b::text[], %(in_force)b::smallint[],
        %(until_on)b::date[], %(eased_to)b::smallint[], %(actors)b::text[], %(notes)b::text[]
    ) AS step (customer_id, restriction_id, from_state, to_state, in_force, until_on, eased_to, actor, note)
    WHERE
        restriction.customer_id = step.customer_id
        AND restriction.restriction_id = step.restriction_id
        AND restriction.state = step.from_state
    RETURNING
        restriction.customer_id, restriction.restriction_id, restriction.steps, restriction.state, restriction.in_force,
        step.from_state, step.actor, step.note, CASE step.from_state WHEN 'proposed' THEN restriction.decision_id END AS decision_id
),

told AS (
    INSERT INTO risk.restriction_event (
        customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id, in_force, note
    )
    SELECT
        customer_id, restriction_id, steps, from_state, state, actor, %(on)s::date, %(happened_at)s::timestamptz, decision_id, in_force, note
    FROM moved
)

SELECT customer_id, restriction_id FROM moved
