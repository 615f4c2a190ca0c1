-- The lines that are overdue: what is ahead of them is no longer ahead.
SELECT coalesce(array_agg(episode.line_id), '{}') AS line_id
FROM money.arrears AS episode
WHERE episode.ended_on IS NULL AND episode.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
