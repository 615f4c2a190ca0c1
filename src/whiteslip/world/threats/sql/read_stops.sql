-- Restrictions for fraud or odd purchases that took something from a line, and how long each stood.
SELECT restriction.customer_id, restriction.level, restriction.since_on, restriction.lifted_on
FROM risk.restriction
WHERE restriction.level >= 2 AND restriction.reasons::text ~ '(BEH|FRD)-' AND restriction.state NOT IN ('proposed', 'pending_review', 'dismissed')
ORDER BY restriction.customer_id, restriction.restriction_id
