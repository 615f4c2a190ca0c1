-- Read restrictions by their numbers, as they stand.
SELECT
    restriction.customer_id, restriction.restriction_id, restriction.line_id, restriction.level, restriction.state, restriction.book,
    restriction.rule_id, restriction.reasons, restriction.cure, restriction.probation_days, restriction.notice_id, restriction.until_on,
    restriction.scope, restriction.eased_to, restriction.in_force, restriction.steps
FROM unnest(%(customer_ids)b::bigint[], %(restriction_ids)b::bigint[]) AS wanted (customer_id, restriction_id)
INNER JOIN risk.restriction
    ON restriction.customer_id = wanted.customer_id AND restriction.restriction_id = wanted.restriction_id
