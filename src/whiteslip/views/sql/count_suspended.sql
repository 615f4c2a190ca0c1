-- Count open lines, and those of them that are suspended (level 4 and above).
SELECT count(*) AS lines, count(*) FILTER (WHERE line.restriction_level >= 4) AS suspended
FROM money.line
WHERE line.status = 'open'
