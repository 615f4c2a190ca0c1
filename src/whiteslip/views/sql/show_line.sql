-- Show a line today with what is owed on its open installments; a plan's fee is owed once its statement has closed.
SELECT
    line.customer_id, line.line_id, line.status, product.name AS product, line.fixed_limit_minor, line.temporary_limit_minor, line.held_minor,
    line.principal_minor, line.credit_minor, line.restriction_level, line.statement_day, line.opened_on, day.current_on,
    owed.outstanding_minor, owed.overdue_minor, coalesce(day.current_on - arrears.oldest_due_on, 0) AS days_past_due,
    line.credit_barred, line.plans_barred
FROM money.line
JOIN money.product ON product.product_id = line.product_id
CROSS JOIN infra.business_day AS day
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(money.owed(i, day.current_on)), 0)::bigint AS outstanding_minor,
        coalesce(sum(money.owed(i, day.current_on)) FILTER (WHERE i.due_on < day.current_on), 0)::bigint AS overdue_minor
    FROM money.installment AS i
    WHERE i.customer_id = line.customer_id AND i.line_id = line.line_id AND i.status = 'open'
) AS owed
LEFT JOIN money.arrears ON arrears.customer_id = line.customer_id AND arrears.line_id = line.line_id AND arrears.ended_on IS NULL
WHERE line.customer_id = %(customer_id)s AND line.line_id = %(line_id)s
