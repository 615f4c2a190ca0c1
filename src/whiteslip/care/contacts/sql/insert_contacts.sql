-- Keep contact points, each with its first event.
WITH added AS (
    INSERT INTO care.contact (customer_id, contact_id, added_at, opted_out_at, may_at_night, channel, zone, address)
    SELECT
        new.customer_id, new.contact_id, %(at)s::timestamptz, CASE WHEN new.is_opted_out THEN %(at)s::timestamptz END, new.may_at_night,
        new.channel, new.zone, new.address
    FROM unnest(
        %(customer_ids)b::bigint[], %(contact_ids)b::bigint[], %(channels)b::text[], %(addresses)b::text[], %(zones)b::text[],
        %(at_night)b::boolean[], %(opted_out)b::boolean[]
    ) AS new (customer_id, contact_id, channel, address, zone, may_at_night, is_opted_out)
)

INSERT INTO care.contact_event (customer_id, contact_id, step, happened_at, may_at_night, deed, zone, actor)
SELECT new.customer_id, new.contact_id, 1, %(at)s::timestamptz, new.may_at_night, 'added', new.zone, new.actor
FROM unnest(
    %(customer_ids)b::bigint[], %(contact_ids)b::bigint[], %(zones)b::text[], %(at_night)b::boolean[], %(actors)b::text[]
) AS new (customer_id, contact_id, zone, may_at_night, actor)
