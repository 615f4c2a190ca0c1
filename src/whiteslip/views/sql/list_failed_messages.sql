-- List the messages given up, the latest first.
SELECT message.customer_id, message.notice_id, contact.channel, notice.kind, message.why, message.finished_at
FROM care.message
INNER JOIN care.contact ON contact.customer_id = message.customer_id AND contact.contact_id = message.contact_id
INNER JOIN care.notice ON notice.customer_id = message.customer_id AND notice.notice_id = message.notice_id
WHERE message.status = 'failed'
ORDER BY message.finished_at DESC
LIMIT %(most)s::integer
