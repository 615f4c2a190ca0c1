-- Count the lines under active restrictions by level and first reason; a line with several counts under each.
SELECT restriction.level, restriction.reasons -> 0 ->> 'code' AS code, count(DISTINCT restriction.line_id) AS lines
FROM risk.restriction
WHERE restriction.state = 'active'
GROUP BY restriction.level, restriction.reasons -> 0 ->> 'code'
ORDER BY restriction.level DESC, lines DESC, code ASC
