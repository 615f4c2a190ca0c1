-- What the reliefs of a line make due by when.
SELECT relief_due.relief_id, relief_due.due_on, sum(relief_due.amount_minor)::bigint AS amount_minor
FROM care.relief_due
INNER JOIN care.relief ON relief.customer_id = relief_due.customer_id AND relief.relief_id = relief_due.relief_id
WHERE relief_due.customer_id = %(customer_id)s::bigint AND relief.line_id = %(line_id)s::bigint
GROUP BY relief_due.relief_id, relief_due.due_on
ORDER BY relief_due.relief_id, relief_due.due_on
