-- Find those of some lines whose owners keep to an agreed relief, or that are not open: no tightening touches them.
SELECT line.customer_id, line.line_id
FROM money.line
INNER JOIN unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id) USING (customer_id, line_id)
WHERE line.credit_barred OR line.status <> 'open'
