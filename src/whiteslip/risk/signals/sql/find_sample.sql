-- A sample of customers who have a line, the same ones every time as long as there are about as many: those whose hash falls into its share.
WITH sized AS (
    SELECT greatest(1, (count(*) + %(most)s::bigint - 1) / %(most)s::bigint) AS every FROM money.line
)

SELECT array_agg(chosen.customer_id ORDER BY chosen.customer_id) AS customer_ids
FROM (
    SELECT DISTINCT line.customer_id
    FROM money.line
    CROSS JOIN sized
    WHERE mod(hashint8extended(line.customer_id, 36) & 2147483647, sized.every) = 0
) AS chosen
