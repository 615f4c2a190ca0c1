-- Set whether new credit is barred on lines, in the transaction of its cause.
UPDATE money.line SET credit_barred = projected.barred
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(barred)b::boolean[]) AS projected (customer_id, line_id, barred)
WHERE line.customer_id = projected.customer_id AND line.line_id = projected.line_id AND line.credit_barred <> projected.barred
