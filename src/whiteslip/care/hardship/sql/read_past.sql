-- What lines have of reliefs: whether one is under way, and how often each form was begun since a day.
SELECT wanted.customer_id, wanted.line_id, past.form, past.live, past.begun
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
CROSS JOIN LATERAL (
    SELECT
        relief.form, count(*) FILTER (WHERE relief.status IN ('countered', 'offered', 'agreed', 'running')) AS live,
        count(*) FILTER (WHERE relief.started_on >= %(since_on)s::date) AS begun
    FROM care.relief
    WHERE relief.customer_id = wanted.customer_id AND relief.line_id = wanted.line_id
    GROUP BY relief.form
) AS past
