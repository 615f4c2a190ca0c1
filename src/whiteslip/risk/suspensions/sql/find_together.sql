-- Find the rows that belong to some restrictions for a customer: those of the same rule on the customer's other lines that stand.
SELECT DISTINCT beside.customer_id, beside.restriction_id, one.restriction_id AS beside_id
FROM unnest(%(customer_ids)b::bigint[], %(restriction_ids)b::bigint[]) AS wanted (customer_id, restriction_id)
INNER JOIN risk.restriction AS one
    ON one.customer_id = wanted.customer_id AND one.restriction_id = wanted.restriction_id AND one.scope = 'customer'
INNER JOIN risk.restriction AS beside
    ON
        beside.customer_id = one.customer_id
        AND beside.book = one.book
        AND beside.rule_id = one.rule_id
        AND beside.scope = 'customer'
        AND beside.restriction_id <> one.restriction_id
        AND beside.state NOT IN ('lifted', 'dismissed')
ORDER BY beside.customer_id, beside.restriction_id
