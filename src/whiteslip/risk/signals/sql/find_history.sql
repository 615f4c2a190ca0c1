-- What each of some indicators came to on the days it may learn from: known, and not red.
SELECT
    evaluation.indicator,
    array_agg(evaluation.value_ppm ORDER BY evaluation.evaluated_on DESC) AS values_ppm
FROM unnest(%(indicators)b::text[], %(since)b::date[]) AS wanted (indicator, since_on)
INNER JOIN risk.signal_evaluation AS evaluation ON evaluation.indicator = wanted.indicator
WHERE
    evaluation.evaluated_on >= wanted.since_on AND evaluation.evaluated_on < %(on)s::date
    AND evaluation.color NOT IN ('unknown', 'red')
GROUP BY evaluation.indicator
