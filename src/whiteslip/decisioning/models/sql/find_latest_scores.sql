-- Find each line's latest score by a model as of a day, at most so many days old, in the order asked; none is version 0.
SELECT
    array_agg(coalesce(latest.version, 0) ORDER BY asked.place) AS versions,
    array_agg(coalesce(latest.probability, 'NaN') ORDER BY asked.place) AS probability,
    array_agg(coalesce(latest.points, 'NaN') ORDER BY asked.place) AS points,
    array_agg(coalesce(latest.scored_on, '2000-01-01') ORDER BY asked.place) AS scored_on
FROM
    unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[])
    WITH ORDINALITY AS asked (customer_id, line_id, place)
LEFT JOIN LATERAL (
    SELECT
        score.version,
        score.probability,
        score.points,
        score.scored_on
    FROM decisioning.score
    WHERE
        score.customer_id = asked.customer_id
        AND score.line_id = asked.line_id
        AND score.model = %(model)s
        AND score.scored_on BETWEEN %(on_date)s::date - %(most_age_days)s::integer AND %(on_date)s::date
    ORDER BY score.scored_on DESC
    LIMIT 1
) AS latest ON TRUE
