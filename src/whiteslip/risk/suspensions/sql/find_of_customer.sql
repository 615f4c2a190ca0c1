-- Find what stands against customers and is cured in a certain way.
SELECT customer_id, restriction_id
FROM risk.restriction
WHERE
    customer_id = ANY(%(customer_ids)b::bigint[]) AND cure = ANY(%(cures)b::text[]) AND state NOT IN ('lifted', 'dismissed')
ORDER BY customer_id, restriction_id
