-- Sum the principal that lines owe by the band of their limit, the most first: band 0 lies up to the first edge, which belongs to it.
SELECT
    width_bucket(line.fixed_limit_minor - 1, %(edges_minor)b::bigint[]) AS band,
    sum(line.principal_minor)::bigint AS owed_minor, count(*) AS lines
FROM money.line
WHERE line.principal_minor > 0
GROUP BY band
ORDER BY owed_minor DESC, band ASC
