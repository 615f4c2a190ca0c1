-- Keep that people know of the signs of lines; a sight is answered once.
INSERT INTO risk.line_sign_answer (customer_id, line_id, answered_at, seen_on, actor, note)
SELECT new.customer_id, new.line_id, %(at)s::timestamptz, new.seen_on, new.actor, new.note
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(seen_ons)b::date[], %(actors)b::text[], %(notes)b::text[]
) AS new (customer_id, line_id, seen_on, actor, note)
ORDER BY new.customer_id, new.line_id
ON CONFLICT DO NOTHING
RETURNING customer_id, line_id
