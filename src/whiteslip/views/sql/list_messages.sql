-- List the newest hundred messages to a person.
SELECT
    message.customer_id, message.notice_id, message.contact_id, contact.channel, notice.kind, message.klass, message.status, message.why,
    message.tries, message.queued_at, message.not_before, message.finished_at
FROM care.message
INNER JOIN care.contact ON contact.customer_id = message.customer_id AND contact.contact_id = message.contact_id
INNER JOIN care.notice ON notice.customer_id = message.customer_id AND notice.notice_id = message.notice_id
WHERE message.customer_id = %(customer_id)s
ORDER BY message.notice_id DESC, message.contact_id ASC
LIMIT 100
