-- List a line's restrictions with the notice that told of each; what was only proposed was told to nobody.
SELECT
    restriction.restriction_id, restriction.level, restriction.state, restriction.rule_id, restriction.reasons, restriction.way_out,
    restriction.appeal_route, restriction.notice_id, restriction.since_on, restriction.lifted_on
FROM risk.restriction
WHERE restriction.customer_id = %(customer_id)s AND restriction.line_id = %(line_id)s AND restriction.state NOT IN ('proposed', 'pending_review', 'dismissed')
ORDER BY restriction.since_on, restriction.level, restriction.restriction_id
