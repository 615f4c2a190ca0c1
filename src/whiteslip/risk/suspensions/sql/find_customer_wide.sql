-- Find what is in force against customers for all of their lines, or will be when an override ends, one row of each such restriction.
SELECT DISTINCT ON (customer_id, book, rule_id) customer_id, restriction_id
FROM risk.restriction
WHERE
    customer_id = ANY(%(customer_ids)b::bigint[]) AND scope = 'customer' AND (in_force > 0 OR state = 'overridden')
ORDER BY customer_id ASC, book ASC, rule_id ASC, in_force DESC, restriction_id ASC
