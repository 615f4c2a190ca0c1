-- Sum the principal that lines owe by product, the most first.
SELECT product.name AS part, sum(line.principal_minor)::bigint AS owed_minor, count(*) AS lines
FROM money.line
INNER JOIN money.product ON product.product_id = line.product_id
WHERE line.principal_minor > 0
GROUP BY product.name
ORDER BY owed_minor DESC, part ASC
