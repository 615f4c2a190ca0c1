-- Write what the model said of every line of a made book a month ago and last night.
INSERT INTO decisioning.score (customer_id, line_id, version, scored_on, probability, model)
SELECT
    line.customer_id, line.line_id, 1, %(business_date)s::date - back.days,
    (1 + mod(hashint8extended(line.customer_id, 60) & 2147483647, 400))::double precision / 1000, 'behavior'
FROM unnest(ARRAY[30, 0]) AS back (days)
CROSS JOIN money.line
ORDER BY back.days DESC, line.customer_id ASC
