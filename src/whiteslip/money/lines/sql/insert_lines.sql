-- Open lines.
INSERT INTO money.line (customer_id, line_id, product_id, fixed_limit_minor, statement_day, opened_on)
SELECT new.customer_id, new.line_id, new.product_id, new.limit_minor, new.statement_day, new.opened_on
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(product_ids)b::integer[], %(limits_minor)b::bigint[], %(statement_days)b::smallint[],
    %(opened_ons)b::date[]
) AS new (customer_id, line_id, product_id, limit_minor, statement_day, opened_on)
