-- The last sight kept of each line.
SELECT DISTINCT ON (sight.customer_id, sight.line_id)
    sight.customer_id, sight.line_id, sight.color, sight.signs
FROM risk.line_sign AS sight
WHERE sight.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
ORDER BY sight.customer_id ASC, sight.line_id ASC, sight.seen_on DESC
