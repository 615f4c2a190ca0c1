-- Read who is in a ring, and whether a person confirmed it.
SELECT member.customer_id, review_case.state = 'decided' AND review_case.label = 'true_positive' AS is_confirmed
FROM risk.ring
INNER JOIN risk.review_case ON review_case.customer_id = ring.customer_id AND review_case.case_id = ring.case_id
INNER JOIN risk.ring_member AS member ON member.ring_customer_id = ring.customer_id AND member.ring_id = ring.ring_id
WHERE ring.customer_id = %(customer_id)s::bigint AND ring.ring_id = %(ring_id)s::bigint
ORDER BY member.customer_id
