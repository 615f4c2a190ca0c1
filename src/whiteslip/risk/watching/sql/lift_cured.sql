-- End the restrictions of rules that fire no more, each by its decision: what was only proposed is dismissed, from level 3 on a cure may be followed
-- by probation, and everything else is lifted.
-- Pure twin: risk/suspensions/rules.py: after_cure
WITH ended AS (
    SELECT
        restriction.customer_id, restriction.restriction_id, restriction.state AS from_state, cured.decision_id,
        CASE
            WHEN restriction.state IN ('proposed', 'pending_review') THEN 'dismissed'
            WHEN
                restriction.level >= 3 AND restriction.probation_days > 0 AND restriction.state NOT IN ('appealed', 'probation', 'overridden')
                THEN 'probation'
            ELSE 'lifted'
        END AS to_state
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(rule_ids)b::text[], %(decision_ids)b::bigint[])
        AS cured (customer_id, line_id, rule_id, decision_id)
    INNER JOIN risk.restriction
        ON
            restriction.customer_id = cured.customer_id
            AND restriction.line_id = cured.line_id
            AND restriction.rule_id = cured.rule_id
            AND restriction.book = %(book)s::text
            AND restriction.state NOT IN ('lifted', 'dismissed')
),

moved AS (
    UPDATE risk.restriction SET
        state = ended.to_state,
        in_force = CASE ended.to_state WHEN 'probation' THEN least(restriction.level, restriction.eased_to, %(probation_level)s::smallint) ELSE 0 END,
        until_on = CASE ended.to_state WHEN 'probation' THEN %(on)s::date + restriction.probation_days END,
        lifted_on = CASE WHEN ended.to_state <> 'probation' THEN %(on)s::date END,
        steps = restriction.steps + 1
    FROM ended
    WHERE restriction.customer_id = ended.customer_id AND restriction.restriction_id = ended.restriction_id
    RETURNING
        restriction.customer_id, restriction.restriction_id, restriction.steps, restriction.state, restriction.in_force,
        ended.from_state, ended.decision_id
)

INSERT INTO risk.restriction_event (
    customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id, in_force
)
SELECT customer_id, restriction_id, steps, from_state, state, %(actor)s::text, %(on)s::date, %(happened_at)s::timestamptz, decision_id, in_force
FROM moved
RETURNING customer_id
