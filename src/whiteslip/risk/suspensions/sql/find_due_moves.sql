-- Find restrictions of customers in a range whose time has come: a probation or an override that ends, or a date on which a person must look again.
SELECT
    customer_id, restriction_id,
    CASE state WHEN 'probation' THEN 'lift' WHEN 'overridden' THEN 'end_override' ELSE 'review' END AS command
FROM risk.restriction
WHERE
    customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (
        (state IN ('probation', 'overridden') AND until_on <= %(on)s::date)
        OR (state IN ('active', 'curing') AND review_on <= %(on)s::date)
    )
ORDER BY customer_id, restriction_id
