-- List whom a book restricts now, by rule.
SELECT restriction.customer_id, restriction.rule_id, restriction.level
FROM risk.restriction
WHERE restriction.state NOT IN ('lifted', 'dismissed') AND restriction.book = %(book)s::text
ORDER BY restriction.customer_id, restriction.rule_id
