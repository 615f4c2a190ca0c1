-- Whom the watch book restricts now, by rule.
SELECT restriction.customer_id, restriction.rule_id, restriction.level
FROM risk.restriction
WHERE restriction.state = 'active' AND restriction.book = 'watch'
ORDER BY restriction.customer_id, restriction.rule_id
