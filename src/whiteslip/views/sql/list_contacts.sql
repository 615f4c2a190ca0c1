-- List a person's contact points, the oldest first.
SELECT customer_id, contact_id, channel, address, zone, may_at_night, verified_at, opted_out_at
FROM care.contact
WHERE customer_id = %(customer_id)s
ORDER BY contact_id
