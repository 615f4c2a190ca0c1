-- Keep sights of a day.
-- Idempotent: what was seen of a line for a day stays.
INSERT INTO risk.line_sign (customer_id, line_id, seen_at, seen_on, version, color, signs, facts)
SELECT
    new.customer_id, new.line_id, %(at)s::timestamptz, %(on)s::date, %(version)s::smallint, new.color, coalesce(string_to_array(nullif(new.signs, ''), ' '), '{}'), new.facts
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(colors)b::text[], %(signs)b::text[], %(facts)b::jsonb[]
) AS new (customer_id, line_id, color, signs, facts)
ON CONFLICT DO NOTHING
