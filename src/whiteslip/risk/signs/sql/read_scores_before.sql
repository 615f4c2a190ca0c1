-- What the model said of each line lately, and about a month before; a line without either is left out.
SELECT
    coalesce(array_agg(line.customer_id), '{}') AS customer_id, coalesce(array_agg(line.line_id), '{}') AS line_id,
    coalesce(array_agg(latest.probability), '{}') AS score_now, coalesce(array_agg(earlier.probability), '{}') AS score_before
FROM money.line
CROSS JOIN LATERAL (
    SELECT score.probability, score.version FROM decisioning.score
    WHERE
        score.customer_id = line.customer_id AND score.line_id = line.line_id AND score.model = %(model)s::text
        AND score.scored_on <= %(as_of)s::date AND score.scored_on > %(as_of)s::date - %(score_days)s::integer
    ORDER BY score.scored_on DESC LIMIT 1
) AS latest
CROSS JOIN LATERAL (
    SELECT score.probability FROM decisioning.score
    WHERE
        score.customer_id = line.customer_id AND score.line_id = line.line_id AND score.model = %(model)s::text
        AND score.version = latest.version
        AND score.scored_on <= %(as_of)s::date - 28 AND score.scored_on > %(as_of)s::date - 42
    ORDER BY score.scored_on DESC LIMIT 1
) AS earlier
WHERE line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
