-- List the dates of a series, the latest first, each by the last revision that was known on a day.
SELECT DISTINCT ON (of_on) series, of_on, revision, value_micro, learned_on, source, actor
FROM risk.macro_value
WHERE series = %(series)s::text AND learned_on <= %(known_on)s::date
ORDER BY of_on DESC, revision DESC
LIMIT %(most)s::integer
