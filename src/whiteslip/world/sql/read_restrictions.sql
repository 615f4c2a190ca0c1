-- Every restriction the watch rule book placed, with its first reason and whether it still stands.
SELECT
    restriction.customer_id,
    restriction.level,
    restriction.in_force > 0 AS in_force,
    restriction.rule_id,
    restriction.since_on,
    (restriction.reasons -> 0)::text AS first_reason
FROM risk.restriction AS restriction
WHERE restriction.state NOT IN ('proposed', 'pending_review', 'dismissed')
ORDER BY restriction.customer_id, restriction.restriction_id;
