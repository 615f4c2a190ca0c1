-- Sum what people bought on credit, less what was released or refunded, in the day, the week (from Monday) and the month of a business date.
SELECT
    purchase.customer_id,
    sum(CASE WHEN purchase.authorized_on = %(on)s::date THEN net.amount_minor ELSE 0 END)::bigint AS day_minor,
    sum(CASE WHEN purchase.authorized_on >= date_trunc('week', %(on)s::date)::date THEN net.amount_minor ELSE 0 END)::bigint AS week_minor,
    sum(CASE WHEN purchase.authorized_on >= date_trunc('month', %(on)s::date)::date THEN net.amount_minor ELSE 0 END)::bigint AS month_minor
FROM money.purchase
CROSS JOIN LATERAL (SELECT purchase.authorized_minor - purchase.released_minor - purchase.refunded_minor AS amount_minor) AS net
WHERE
    purchase.customer_id = ANY(%(customer_ids)b::bigint[])
    AND purchase.status IN ('authorized', 'captured')
    AND purchase.authorized_on BETWEEN
        least(date_trunc('week', %(on)s::date), date_trunc('month', %(on)s::date))::date AND %(on)s::date
GROUP BY purchase.customer_id
