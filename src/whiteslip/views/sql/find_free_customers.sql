-- Find lines that may buy, the first ones by customer.
SELECT line.customer_id FROM money.line
WHERE line.restriction_level < 3
ORDER BY line.customer_id
LIMIT %(most)s::bigint
