-- Note which of a person's own data were corrected; the old words are not kept.
INSERT INTO care.correction (customer_id, correction_id, corrected_at, field, actor)
SELECT new.customer_id, new.correction_id, %(at)s::timestamptz, new.field, new.actor
FROM unnest(%(customer_ids)b::bigint[], %(correction_ids)b::bigint[], %(fields)b::text[], %(actors)b::text[])
    AS new (customer_id, correction_id, field, actor)
