-- Restrictions in force whose owner was not told, and lines whose level is not that of their strictest restriction in force.
SELECT restriction.customer_id, restriction.line_id, restriction.restriction_id, restriction.level, 'no notice' AS problem
FROM risk.restriction
WHERE
    restriction.in_force > 0
    AND NOT EXISTS (
        SELECT FROM care.notice
        WHERE notice.customer_id = restriction.customer_id AND notice.notice_id = restriction.notice_id
    )
UNION ALL
SELECT restriction.customer_id, restriction.line_id, restriction.restriction_id, restriction.level, 'its steps do not lead to its state'
FROM risk.restriction
LEFT JOIN risk.restriction_event AS latest
    ON
        latest.customer_id = restriction.customer_id
        AND latest.restriction_id = restriction.restriction_id
        AND latest.step = restriction.steps
WHERE latest.to_state IS DISTINCT FROM restriction.state OR latest.in_force <> restriction.in_force
UNION ALL
SELECT line.customer_id, line.line_id, NULL, line.restriction_level, 'level is not projected'
FROM money.line
LEFT JOIN (
    SELECT
        customer_id, line_id, max(in_force) FILTER (WHERE scope <> 'plans') AS level,
        bool_or(scope = 'plans' AND in_force = level) AS plans_barred
    FROM risk.restriction
    WHERE state NOT IN ('lifted', 'dismissed')
    GROUP BY customer_id, line_id
) AS strictest ON strictest.customer_id = line.customer_id AND strictest.line_id = line.line_id
WHERE line.restriction_level <> coalesce(strictest.level, 0) OR line.plans_barred <> coalesce(strictest.plans_barred, FALSE)
LIMIT 100
