-- Lift the active restrictions of rules that fire no more, each by its decision.
WITH lifted AS (
    UPDATE risk.restriction SET state = 'lifted', lifted_on = %(lifted_on)s::date
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(rule_ids)b::text[], %(decision_ids)b::bigint[])
        AS cured (customer_id, line_id, rule_id, decision_id)
    WHERE
        restriction.customer_id = cured.customer_id
        AND restriction.line_id = cured.line_id
        AND restriction.rule_id = cured.rule_id
        AND restriction.book = %(book)s::text
        AND restriction.state = 'active'
    RETURNING restriction.customer_id, restriction.restriction_id, cured.decision_id
)

INSERT INTO risk.restriction_event (customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id)
SELECT customer_id, restriction_id, 2, 'active', 'lifted', %(actor)s::text, %(lifted_on)s::date, %(happened_at)s::timestamptz, decision_id
FROM lifted
