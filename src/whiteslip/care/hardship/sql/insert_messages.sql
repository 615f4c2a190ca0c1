-- Add to the threads of reliefs; what was written is never changed.
INSERT INTO care.relief_message (customer_id, relief_id, message_id, written_at, side, author, body)
SELECT said.customer_id, said.relief_id, said.message_id, %(at)s::timestamptz, said.side, said.author, said.body
FROM unnest(
    %(customer_ids)b::bigint[], %(relief_ids)b::bigint[], %(message_ids)b::bigint[], %(sides)b::text[], %(authors)b::text[], %(bodies)b::text[]
) AS said (customer_id, relief_id, message_id, side, author, body)
WHERE EXISTS (SELECT FROM care.relief WHERE relief.customer_id = said.customer_id AND relief.relief_id = said.relief_id)
RETURNING customer_id, relief_id, message_id
