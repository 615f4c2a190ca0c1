-- List a line's temporary limits, the latest first.
SELECT granted.amount_minor, granted.starts_on, granted.ends_on, granted.status
FROM money.temporary_limit AS granted
WHERE granted.customer_id = %(customer_id)s::bigint AND granted.line_id = %(line_id)s::bigint
ORDER BY granted.limit_id DESC
LIMIT 100
