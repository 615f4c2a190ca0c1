-- Count the lines under restrictions in force by level and first reason; a line with several counts under each.
SELECT restriction.level, restriction.reasons -> 0 ->> 'code' AS code, count(DISTINCT restriction.line_id) AS lines
FROM risk.restriction
WHERE restriction.in_force > 0
GROUP BY restriction.level, restriction.reasons -> 0 ->> 'code'
ORDER BY restriction.level DESC, lines DESC, code ASC
