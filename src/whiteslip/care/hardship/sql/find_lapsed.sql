-- Reliefs of a range of customers that nobody answered in time.
SELECT relief.customer_id, relief.relief_id
FROM care.relief
WHERE
    relief.status IN ('countered', 'offered', 'agreed')
    AND relief.expires_on <= %(on)s::date
    AND relief.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
ORDER BY relief.customer_id, relief.relief_id
