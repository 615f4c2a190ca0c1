-- Which of these lines have a relief running, and what it means for others who act on them.
SELECT wanted.customer_id, wanted.line_id, relief.stops_fees, relief.pauses_reminders, relief.bars_credit, relief.ends_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN care.relief ON relief.customer_id = wanted.customer_id AND relief.line_id = wanted.line_id AND relief.status = 'running'
