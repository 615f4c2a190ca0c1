-- List what somebody asked a bureau to correct, newest first.
SELECT asked.request_id, asked.subject, asked.asked_on, asked.due_on
FROM care.bureau_correction AS asked
WHERE asked.customer_id = %(customer_id)s
ORDER BY asked.request_id DESC
