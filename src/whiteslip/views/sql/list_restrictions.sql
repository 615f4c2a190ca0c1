-- List a line's restrictions with what its customer was told, active ones first, then the newest.
SELECT
    restriction.customer_id, restriction.restriction_id, restriction.line_id, restriction.level, restriction.state, restriction.reasons,
    restriction.way_out, restriction.appeal_route, restriction.since_on, restriction.lifted_on, restriction.decision_id,
    notice.text_zh, notice.text_en, restriction.in_force, restriction.scope
FROM risk.restriction
JOIN care.notice ON notice.customer_id = restriction.customer_id AND notice.notice_id = restriction.notice_id
WHERE restriction.customer_id = %(customer_id)s AND restriction.line_id = %(line_id)s
ORDER BY restriction.state ASC, restriction.restriction_id DESC
LIMIT 100
