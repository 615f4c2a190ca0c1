-- Read what each line's latest score by a model as of a day was made of, where it was kept.
SELECT latest.customer_id, latest.line_id, latest.version, latest.points, latest.facts
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS asked (customer_id, line_id)
INNER JOIN LATERAL (
    SELECT score.customer_id, score.line_id, score.version, score.points, score.facts
    FROM decisioning.score
    WHERE
        score.customer_id = asked.customer_id
        AND score.line_id = asked.line_id
        AND score.model = %(model)s
        AND score.scored_on BETWEEN %(on_date)s::date - %(most_age_days)s::integer AND %(on_date)s::date
    ORDER BY score.scored_on DESC
    LIMIT 1
) AS latest ON latest.facts IS NOT NULL
