-- The reasons of the restrictions in force at some level or above, strictest first; of plans alone only for a purchase in installments.
SELECT restriction.customer_id, restriction.line_id, restriction.in_force AS level, restriction.reasons
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN risk.restriction
    ON
        restriction.customer_id = wanted.customer_id
        AND restriction.line_id = wanted.line_id
        AND restriction.state NOT IN ('lifted', 'dismissed')
WHERE restriction.in_force >= %(least_level)s::integer AND (restriction.scope <> 'plans' OR %(in_plan)s::boolean)
ORDER BY restriction.in_force DESC, restriction.restriction_id ASC
