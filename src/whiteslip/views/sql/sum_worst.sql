-- Sum up to a month end how many lines of a month of opening were later at a month end than at any before; for one product or all.
SELECT worst.opened_in, worst.month_end, worst.place_before, worst.place_after, sum(worst.lines)::bigint AS lines
FROM money.month_worst AS worst
INNER JOIN money.product ON product.product_id = worst.product_id
WHERE worst.month_end <= %(until)s::date AND (%(product)s::text IS NULL OR product.name = %(product)s::text)
GROUP BY worst.opened_in, worst.month_end, worst.place_before, worst.place_after
ORDER BY worst.opened_in, worst.month_end, worst.place_before, worst.place_after
