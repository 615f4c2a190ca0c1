-- List what a customer was sent outside of the app, with the notice behind it.
SELECT message.notice_id, contact.channel, message.status
FROM care.message
INNER JOIN care.contact ON message.customer_id = contact.customer_id AND message.contact_id = contact.contact_id
WHERE message.customer_id = %(customer_id)s
ORDER BY message.notice_id, message.contact_id
