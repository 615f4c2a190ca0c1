-- Read the habits of some customers as they are kept.
SELECT
    customer_id, requests, purchases, usual_at, usual_weight, usual_sum, usual_square_sum, recent_at, recent_minor, devices, addresses, merchants
FROM decisioning.habit
WHERE customer_id = any(%(customer_ids)b::bigint[])
