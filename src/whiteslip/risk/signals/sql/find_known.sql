-- Indicators whose color is known for a date.
SELECT DISTINCT evaluation.indicator
FROM risk.signal_evaluation AS evaluation
WHERE evaluation.evaluated_on = %(on)s::date AND evaluation.color <> 'unknown'
