-- Keep links at the moment they are made, so that the next to come with the same thing meets them. They count from the day's gathering on.
-- Idempotent: a link that is there stays as it is, see gather_links.sql.
INSERT INTO risk.network_link (customer_id, entity, first_on, last_on, times, kind)
SELECT told.customer_id, told.entity, %(on)s::date, %(on)s::date, 0, told.kind
FROM unnest(%(customer_ids)b::bigint[], %(kinds)b::text[], %(entities)b::bigint[]) AS told (customer_id, kind, entity)
ORDER BY told.customer_id, told.kind, told.entity
ON CONFLICT (customer_id, kind, entity) DO NOTHING
