-- The last color of each indicator that was known before a date, and the last instant at which anything of it was evaluated.
SELECT
    evaluation.indicator,
    (
        array_agg(evaluation.color ORDER BY evaluation.evaluated_on DESC, evaluation.attempt DESC)
        FILTER (WHERE evaluation.color <> 'unknown' AND evaluation.evaluated_on < %(on)s::date)
    )[1] AS color,
    max(evaluation.evaluated_at) AS evaluated_at
FROM risk.signal_evaluation AS evaluation
GROUP BY evaluation.indicator
