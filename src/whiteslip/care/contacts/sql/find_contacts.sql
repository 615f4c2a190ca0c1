-- Find the contact points of people, the oldest first.
SELECT
    contact.customer_id, contact.contact_id, contact.channel, contact.address, contact.zone, contact.may_at_night, contact.verified_at,
    contact.opted_out_at
FROM unnest(%(customer_ids)b::bigint[]) AS person (customer_id)
INNER JOIN care.contact ON contact.customer_id = person.customer_id
ORDER BY contact.customer_id, contact.contact_id
