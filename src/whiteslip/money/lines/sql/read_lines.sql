-- Read lines by key.
SELECT
    line.customer_id, line.line_id, line.product_id, line.status, line.restriction_level, line.statement_day, line.fixed_limit_minor,
    line.temporary_limit_minor, line.principal_minor, line.held_minor, line.credit_minor, line.opened_on,
    line.credit_barred, line.plans_barred, %(restricted_share_ppm)s::integer AS restricted_share_ppm
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.line ON line.customer_id = wanted.customer_id AND line.line_id = wanted.line_id
