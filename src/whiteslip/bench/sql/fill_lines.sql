-- Write the lines of a made book with the balances of what was drawn for them.
INSERT INTO money.line (
    customer_id, line_id, fixed_limit_minor, temporary_limit_minor, principal_minor, held_minor, credit_minor, credited_total_minor, opened_on, product_id, statement_day
)
SELECT
    drawn.customer_id, drawn.customer_id * 32,
    CASE WHEN drawn.is_full THEN owed.principal_minor + 3000 ELSE 500000 + 2 * owed.principal_minor END, CASE WHEN drawn.raised THEN 100000 ELSE 0 END,
    owed.principal_minor, CASE WHEN drawn.holding THEN 2000 ELSE 0 END, credit.amount_minor, credit.amount_minor, %(business_date)s::date - 400,
    product.product_id, drawn.statement_day
FROM drawn_line AS drawn
LEFT JOIN (SELECT customer_id, sum(principal_minor) AS principal_minor FROM drawn_debt GROUP BY customer_id) AS debt
    ON debt.customer_id = drawn.customer_id
CROSS JOIN money.product
CROSS JOIN LATERAL (SELECT coalesce(debt.principal_minor, 0)::bigint AS principal_minor) AS owed
CROSS JOIN LATERAL (SELECT CASE WHEN drawn.in_credit THEN 2500 ELSE 0 END AS amount_minor) AS credit
WHERE product.name = 'pay-later'
ORDER BY drawn.customer_id
