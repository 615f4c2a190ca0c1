-- Find the latest revision of each of some dates of series.
SELECT DISTINCT ON (value.series, value.of_on)
    value.series, value.of_on, value.revision, value.value_micro, value.learned_on, value.source, value.actor
FROM risk.macro_value AS value
INNER JOIN unnest(%(series)b::text[], %(of_ons)b::date[]) AS wanted (series, of_on) USING (series, of_on)
ORDER BY value.series ASC, value.of_on ASC, value.revision DESC
