-- Everything a batch of requests is judged by, in their order, with a number for each; NULL where there is no such line or merchant.
SELECT
    nextval('money.number') AS number, standing.current_on, standing.merchant_status, standing.merchant_category, standing.customer_id, standing.line_id, standing.product_id,
    standing.status, standing.restriction_level, standing.statement_day, standing.fixed_limit_minor, standing.temporary_limit_minor,
    standing.principal_minor, standing.held_minor, standing.credit_minor, standing.opened_on,
    standing.credit_barred, standing.plans_barred, %(restricted_share_ppm)s::integer AS restricted_share_ppm
FROM (
    SELECT
        day.current_on, merchant.status AS merchant_status, merchant.category AS merchant_category, line.customer_id, line.line_id, line.product_id,
        line.status, line.restriction_level, line.statement_day, line.fixed_limit_minor, line.temporary_limit_minor, line.principal_minor, line.held_minor, line.credit_minor, line.opened_on,
        line.credit_barred, line.plans_barred
    FROM unnest(
        %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(merchant_ids)b::bigint[]
    ) WITH ORDINALITY AS request (customer_id, line_id, merchant_id, place)
    CROSS JOIN infra.business_day AS day
    LEFT JOIN money.line ON line.customer_id = request.customer_id AND line.line_id = request.line_id
    LEFT JOIN money.merchant ON merchant.merchant_id = request.merchant_id
    ORDER BY request.place
) AS standing
