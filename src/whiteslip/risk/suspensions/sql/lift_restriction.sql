-- Lift one active restriction.
WITH lifted AS (
    UPDATE risk.restriction SET state = 'lifted', lifted_on = %(lifted_on)s::date
    WHERE customer_id = %(customer_id)s::bigint AND restriction_id = %(restriction_id)s::bigint AND state = 'active'
    RETURNING customer_id, restriction_id
)

INSERT INTO risk.restriction_event (customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at)
SELECT customer_id, restriction_id, 2, 'active', 'lifted', %(actor)s::text, %(lifted_on)s::date, %(happened_at)s::timestamptz
FROM lifted
