-- Find referred applications nobody decided in time.
SELECT application.customer_id, application.application_id
FROM credit.application
WHERE application.status = 'referred' AND application.expires_on <= %(on)s::date
ORDER BY application.expires_on
LIMIT %(most)s::integer
