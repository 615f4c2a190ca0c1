-- Sum what some lines bought since a day, and what its shops paid for it.
SELECT
    coalesce(sum(purchase.captured_minor - purchase.refunded_minor), 0)::bigint AS bought_minor,
    coalesce(sum((purchase.captured_minor - purchase.refunded_minor)::numeric * merchant.fee_ppm / 1000000), 0)::bigint AS fee_minor
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.purchase
    ON purchase.customer_id = wanted.customer_id AND purchase.line_id = wanted.line_id AND purchase.authorized_on > %(since)s::date
INNER JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id
