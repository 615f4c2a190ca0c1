-- The reliefs of a line that began, with the moment they did.
SELECT relief.relief_id, relief.started_on, began.happened_at, relief.terms, relief.fee_minor
FROM care.relief
CROSS JOIN LATERAL (
    SELECT max(event.happened_at) AS happened_at
    FROM care.relief_event AS event
    WHERE event.customer_id = relief.customer_id AND event.relief_id = relief.relief_id AND event.to_status = 'running'
) AS began
WHERE relief.customer_id = %(customer_id)s::bigint AND relief.line_id = %(line_id)s::bigint AND relief.started_on IS NOT NULL
ORDER BY relief.relief_id ASC
