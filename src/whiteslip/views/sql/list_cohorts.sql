-- List the months in which lines were opened up to a day, with how many; for one product or all.
SELECT date_trunc('month', line.opened_on)::date AS opened_in, count(*) AS lines
FROM money.line
INNER JOIN money.product ON product.product_id = line.product_id
WHERE line.opened_on <= %(until)s::date AND (%(product)s::text IS NULL OR product.name = %(product)s::text)
GROUP BY date_trunc('month', line.opened_on)
ORDER BY opened_in
