-- Write the temporary limits of a made book; they end one after the other over a month.
INSERT INTO money.temporary_limit (customer_id, limit_id, line_id, amount_minor, starts_on, ends_on, status)
SELECT customer_id, customer_id * 32 + 20, customer_id * 32, 100000, %(business_date)s::date - 10, %(business_date)s::date + 1 + mod(days, 30), 'active'
FROM drawn_line
WHERE raised
ORDER BY customer_id
