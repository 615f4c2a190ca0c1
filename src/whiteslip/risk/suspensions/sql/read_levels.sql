-- The level of each line's strictest restriction in force, 0 where there is none, and whether its plans are barred by one in force in full.
SELECT
    wanted.customer_id, wanted.line_id,
    coalesce(max(restriction.in_force) FILTER (WHERE restriction.scope <> 'plans'), 0)::smallint AS level,
    coalesce(bool_or(restriction.scope = 'plans' AND restriction.in_force = restriction.level), FALSE) AS plans_barred
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
LEFT JOIN risk.restriction
    ON
        restriction.customer_id = wanted.customer_id
        AND restriction.line_id = wanted.line_id
        AND restriction.state NOT IN ('lifted', 'dismissed')
GROUP BY wanted.customer_id, wanted.line_id
