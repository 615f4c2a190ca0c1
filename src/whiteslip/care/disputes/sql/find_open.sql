-- What is disputed of these lines and not decided.
SELECT dispute.customer_id, dispute.line_id, dispute.purchase_id, dispute.due_on
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN care.dispute ON dispute.customer_id = wanted.customer_id AND dispute.line_id = wanted.line_id AND dispute.status = 'open'
