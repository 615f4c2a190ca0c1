-- Publish a product version under the next id.
INSERT INTO money.product (
    product_id, name, version, effective_on, terms, due_days, minimum_ppm, revolving_fee_ppm, late_fee_ppm, grace_days, credit_order,
    credit_by_component, credit_future
)
SELECT
    coalesce(max(product_id), 0) + 1, %(name)s, %(version)s::integer, %(effective_on)s::date, %(terms)s, %(due_days)s::smallint, %(minimum_ppm)s::integer,
    %(revolving_fee_ppm)s::integer, %(late_fee_ppm)s::integer, %(grace_days)s::smallint, %(credit_order)b::text[],
    %(credit_by_component)s::boolean, %(credit_future)s::text
FROM money.product
RETURNING product_id
