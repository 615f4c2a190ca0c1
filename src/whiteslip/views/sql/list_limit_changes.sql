-- List the changes of a line's fixed limit, the latest first.
SELECT change.changed_on, change.fixed_before_minor, change.fixed_after_minor, change.reason
FROM money.limit_change AS change
WHERE change.customer_id = %(customer_id)s::bigint AND change.line_id = %(line_id)s::bigint
ORDER BY change.change_id DESC
LIMIT 100
