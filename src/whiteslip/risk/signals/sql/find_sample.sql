-- A sample of customers who have a line, the same ones every time as long as there are about as many: those whose hash falls into its share.
SELECT array_agg(chosen.customer_id ORDER BY chosen.customer_id) AS customer_ids
FROM (
    SELECT DISTINCT line.customer_id
    FROM money.line
    WHERE
        mod(hashint8extended(line.customer_id, 36) & 2147483647, greatest(1, (SELECT count(*) FROM money.line AS every_line) / %(most)s::bigint)) = 0
) AS chosen
