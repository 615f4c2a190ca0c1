-- The last evaluations of an indicator, the newest first; what was tried again stands beside the trial before.
SELECT
    evaluation.indicator, evaluation.version, evaluation.evaluated_on, evaluation.evaluated_at, evaluation.from_on, evaluation.to_on,
    evaluation.hits, evaluation.out_of, evaluation.value_ppm, evaluation.color, evaluation.why,
    evaluation.detail, evaluation.center_ppm, evaluation.spread_ppm, evaluation.judged_by
FROM risk.signal_evaluation AS evaluation
WHERE evaluation.indicator = %(indicator)s::text
ORDER BY evaluation.evaluated_on DESC, evaluation.attempt DESC
LIMIT %(most)s::integer
