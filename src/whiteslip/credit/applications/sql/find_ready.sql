-- Find applications that can be decided, the longest ready first.
SELECT application.customer_id, application.application_id
FROM credit.application
WHERE application.status IN ('received', 'inquiring') AND application.ready_at IS NOT NULL AND application.ready_at <= %(at)s::timestamptz
ORDER BY application.ready_at
LIMIT %(most)s::integer
