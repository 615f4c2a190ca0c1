-- Read an act that takes two people, and hold it.
SELECT customer_id, act_id, kind, line_id, restriction_id, until_on, reason, note, state, asked_by, level, ring_customer_id, ring_id
FROM risk.two_person_act
WHERE customer_id = %(customer_id)s::bigint AND act_id = %(act_id)s::bigint
FOR UPDATE
