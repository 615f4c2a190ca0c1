-- Active restrictions whose owner was not told, and lines whose level is not that of their strictest active restriction.
SELECT restriction.customer_id, restriction.line_id, restriction.restriction_id, restriction.level, 'no notice' AS problem
FROM risk.restriction
WHERE
    restriction.state = 'active'
    AND NOT EXISTS (
        SELECT FROM care.notice
        WHERE notice.customer_id = restriction.customer_id AND notice.notice_id = restriction.notice_id
    )
UNION ALL
SELECT line.customer_id, line.line_id, NULL, line.restriction_level, 'level is not projected'
FROM money.line
LEFT JOIN (
    SELECT customer_id, line_id, max(level) AS level FROM risk.restriction
    WHERE state = 'active'
    GROUP BY customer_id, line_id
) AS strictest ON strictest.customer_id = line.customer_id AND strictest.line_id = line.line_id
WHERE line.restriction_level <> coalesce(strictest.level, 0)
LIMIT 100
