-- Of the lines that owe, those of the product that is owed most, and its share of the principal. In a book of one product there is nothing to compare:
-- then nothing is counted.
SELECT
    CASE WHEN most.products > 1 THEN most.lines ELSE 0 END::bigint AS hits,
    CASE WHEN most.products > 1 THEN most.all_lines ELSE 0 END::bigint AS out_of,
    %(as_of)s::date AS seen_on,
    CASE WHEN most.products > 1 THEN most.principal_minor * 1000000 / most.all_minor END::bigint AS value_ppm,
    coalesce(most.name, '') AS detail
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
    SELECT
        product.name, sum(owed.lines)::bigint AS lines, sum(owed.principal_minor) AS principal_minor, sum(sum(owed.lines)) OVER ()::bigint AS all_lines,
        sum(sum(owed.principal_minor)) OVER () AS all_minor,
        count(*) OVER () AS products
    FROM (
        SELECT line.product_id, count(*) AS lines, sum(line.principal_minor) AS principal_minor
        FROM money.line
        WHERE line.principal_minor > 0
        GROUP BY line.product_id
    ) AS owed
    INNER JOIN money.product ON product.product_id = owed.product_id
    GROUP BY product.name
    ORDER BY principal_minor DESC, product.name ASC
    LIMIT 1
) AS most ON TRUE
