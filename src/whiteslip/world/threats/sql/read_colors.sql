-- The color of an indicator on each day it was known.
SELECT evaluation.evaluated_on AS day, evaluation.color
FROM risk.signal_evaluation AS evaluation
WHERE evaluation.indicator = %(indicator)s AND evaluation.color <> 'unknown'
ORDER BY evaluation.evaluated_on
