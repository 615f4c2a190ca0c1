-- Which of these customers there are.
SELECT customer_id FROM credit.customer WHERE customer_id = ANY(%(customer_ids)b::bigint[])
