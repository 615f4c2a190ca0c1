-- Bring back restrictions on probation whose rule fires again, each by its decision; returns what their owners are to be told.
WITH moved AS (
    UPDATE risk.restriction SET state = 'active', in_force = restriction.level, eased_to = NULL, until_on = NULL, steps = restriction.steps + 1
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(rule_ids)b::text[], %(decision_ids)b::bigint[])
        AS again (customer_id, line_id, rule_id, decision_id)
    WHERE
        restriction.customer_id = again.customer_id
        AND restriction.line_id = again.line_id
        AND restriction.rule_id = again.rule_id
        AND restriction.book = %(book)s::text
        AND restriction.state = 'probation'
    RETURNING
        restriction.customer_id, restriction.restriction_id, restriction.line_id, restriction.steps, restriction.in_force, restriction.reasons,
        again.decision_id
),

told AS (
    INSERT INTO risk.restriction_event (
        customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id, in_force
    )
    SELECT
        customer_id, restriction_id, steps, 'probation', 'active', %(actor)s::text, %(on)s::date, %(happened_at)s::timestamptz, decision_id, in_force
    FROM moved
)

SELECT customer_id, line_id, reasons, in_force FROM moved
