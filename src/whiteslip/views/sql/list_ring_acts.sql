-- What was asked for members of a ring, oldest first, and what another person decided.
SELECT
    asked.customer_id, asked.act_id, asked.line_id, asked.level, asked.reason, asked.note, asked.state, asked.asked_by, asked.decided_by
FROM risk.ring_member AS member
INNER JOIN risk.two_person_act AS asked
    ON asked.customer_id = member.customer_id AND asked.ring_customer_id = member.ring_customer_id AND asked.ring_id = member.ring_id
WHERE member.ring_customer_id = %(customer_id)s AND member.ring_id = %(ring_id)s
ORDER BY asked.asked_at, asked.act_id
