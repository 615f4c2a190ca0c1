-- Record what a model said of lines on a day; a line scored before on that day keeps the later score.
-- Idempotent: the same scores again change nothing. Rows are sorted by the caller, so that runs meet in one order.
INSERT INTO decisioning.score AS score (customer_id, line_id, version, scored_on, probability, points, model, facts)
SELECT
    new.customer_id,
    new.line_id,
    %(version)s::integer,
    %(scored_on)s::date,
    new.probability,
    new.points,
    %(model)s,
    new.facts
FROM
    unnest(
        %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(probabilities)b::double precision[], %(points)b::double precision[],
        %(facts)b::jsonb[]
    ) AS new (customer_id, line_id, probability, points, facts)
ON CONFLICT (customer_id, line_id, model, scored_on) DO UPDATE
SET version = excluded.version, probability = excluded.probability, points = excluded.points, facts = excluded.facts
WHERE
    (score.version, score.probability, score.points)
    IS DISTINCT FROM (excluded.version, excluded.probability, excluded.points)
