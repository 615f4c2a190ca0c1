-- What a model said of every line on a day.
SELECT array_agg(score.probability) AS values
FROM decisioning.score
WHERE score.model = %(model)s::text AND score.scored_on = %(on)s::date
