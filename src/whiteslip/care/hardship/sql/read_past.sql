-- What lines have of reliefs: the one under way, and how often each form was begun since a day.
SELECT wanted.customer_id, wanted.line_id, past.form, past.live_id, past.begun
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
CROSS JOIN LATERAL (
    SELECT
        relief.form, max(relief.relief_id) FILTER (WHERE relief.status IN ('countered', 'offered', 'agreed', 'running')) AS live_id,
        count(*) FILTER (WHERE relief.started_on >= %(since_on)s::date) AS begun
    FROM care.relief
    WHERE relief.customer_id = wanted.customer_id AND relief.line_id = wanted.line_id
    GROUP BY relief.form
) AS past
