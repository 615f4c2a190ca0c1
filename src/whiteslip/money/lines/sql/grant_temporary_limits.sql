-- Grant temporary limits, usable at once; a line's grants add up.
WITH granted AS (
    INSERT INTO money.temporary_limit (customer_id, limit_id, line_id, amount_minor, starts_on, ends_on, status)
    SELECT new.customer_id, new.limit_id, new.line_id, new.amount_minor, %(starts_on)s::date, new.ends_on, 'active'
    FROM unnest(
        %(customer_ids)b::bigint[], %(limit_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(ends_ons)b::date[]
    ) AS new (customer_id, limit_id, line_id, amount_minor, ends_on)
    RETURNING customer_id, line_id, amount_minor
)

UPDATE money.line SET temporary_limit_minor = line.temporary_limit_minor + total.amount_minor
FROM (SELECT customer_id, line_id, sum(amount_minor) AS amount_minor FROM granted GROUP BY customer_id, line_id) AS total
WHERE line.customer_id = total.customer_id AND line.line_id = total.line_id
