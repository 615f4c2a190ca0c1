-- The last evaluation of each indicator.
SELECT DISTINCT ON (evaluation.indicator)
    evaluation.indicator, evaluation.version, evaluation.evaluated_on, evaluation.evaluated_at, evaluation.from_on, evaluation.to_on,
    evaluation.hits, evaluation.out_of, evaluation.value_ppm, evaluation.color, evaluation.why
FROM risk.signal_evaluation AS evaluation
ORDER BY evaluation.indicator ASC, evaluation.evaluated_on DESC, evaluation.attempt DESC
