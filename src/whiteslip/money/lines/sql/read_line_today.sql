-- Read one line and the business date, in one statement.
SELECT
    line.customer_id, line.line_id, line.product_id, line.status, line.restriction_level, line.statement_day, line.fixed_limit_minor,
    line.temporary_limit_minor, line.principal_minor, line.held_minor, line.credit_minor, line.opened_on,
    line.credit_barred, line.plans_barred, %(restricted_share_ppm)s::integer AS restricted_share_ppm, day.current_on
FROM money.line
CROSS JOIN infra.business_day AS day
WHERE line.customer_id = %(customer_id)s AND line.line_id = %(line_id)s
