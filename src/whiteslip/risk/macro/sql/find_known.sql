-- Find the value of each series' latest date as it was known on a day: the last revision learned by then.
SELECT DISTINCT ON (series) series, of_on, revision, value_micro, learned_on, source, actor
FROM risk.macro_value
WHERE learned_on <= %(known_on)s::date
ORDER BY series ASC, of_on DESC, revision DESC
