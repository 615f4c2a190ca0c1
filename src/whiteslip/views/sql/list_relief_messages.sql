-- The threads of the reliefs of a line, the latest thousand messages in order.
SELECT latest.relief_id, latest.side, latest.author, latest.body, latest.written_at
FROM (
    SELECT relief_message.*
    FROM care.relief_message
    INNER JOIN care.relief ON relief.customer_id = relief_message.customer_id AND relief.relief_id = relief_message.relief_id
    WHERE relief_message.customer_id = %(customer_id)s::bigint AND relief.line_id = %(line_id)s::bigint
    ORDER BY relief_message.message_id DESC
    LIMIT 1000
) AS latest
ORDER BY latest.message_id
