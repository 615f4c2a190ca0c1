-- Change contact points whose people are barred in this transaction, each with its event; one row a contact point.
WITH changed AS (
    UPDATE care.contact
    SET
        steps = contact.steps + 1,
        verified_at = CASE WHEN change.deed = 'verified' THEN %(at)s::timestamptz ELSE contact.verified_at END,
        opted_out_at = CASE
            WHEN change.deed = 'opted_out' THEN %(at)s::timestamptz
            WHEN change.deed <> 'opted_in' THEN contact.opted_out_at
        END,
        zone = coalesce(change.zone, contact.zone),
        may_at_night = coalesce(change.may_at_night, contact.may_at_night)
    FROM unnest(
        %(customer_ids)b::bigint[], %(contact_ids)b::bigint[], %(deeds)b::text[], %(actors)b::text[], %(zones)b::text[], %(at_night)b::boolean[]
    ) AS change (customer_id, contact_id, deed, actor, zone, may_at_night)
    WHERE contact.customer_id = change.customer_id AND contact.contact_id = change.contact_id
    RETURNING contact.customer_id, contact.contact_id, contact.steps, contact.may_at_night, change.deed, contact.zone, change.actor
)

INSERT INTO care.contact_event (customer_id, contact_id, step, happened_at, may_at_night, deed, zone, actor)
SELECT customer_id, contact_id, steps, %(at)s::timestamptz, may_at_night, deed, zone, actor
FROM changed
RETURNING customer_id, contact_id
