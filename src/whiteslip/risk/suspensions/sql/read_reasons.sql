-- The reasons of active restrictions that refuse purchases, strictest first.
SELECT restriction.customer_id, restriction.line_id, restriction.level, restriction.reasons
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN risk.restriction
    ON restriction.customer_id = wanted.customer_id AND restriction.line_id = wanted.line_id AND restriction.state = 'active'
WHERE restriction.level >= 3
ORDER BY restriction.level DESC, restriction.restriction_id ASC
