-- The last evaluation of each indicator, and the warning of it that stands.
SELECT DISTINCT ON (evaluation.indicator)
    evaluation.indicator, evaluation.version, evaluation.evaluated_on, evaluation.evaluated_at, evaluation.from_on, evaluation.to_on,
    evaluation.hits, evaluation.out_of, evaluation.value_ppm, evaluation.color, evaluation.why,
    evaluation.detail, evaluation.center_ppm, evaluation.spread_ppm, evaluation.judged_by,
    warning.state, warning.color AS worst, warning.raised_on, warning.due_at, warning.acknowledged_by, step.note
FROM risk.signal_evaluation AS evaluation
LEFT JOIN risk.signal_warning AS warning ON warning.indicator = evaluation.indicator AND warning.state <> 'ended'
LEFT JOIN risk.signal_step AS step
    ON step.warning_id = warning.warning_id AND warning.state = 'acknowledged' AND step.step = warning.steps
ORDER BY evaluation.indicator ASC, evaluation.evaluated_on DESC, evaluation.attempt DESC
