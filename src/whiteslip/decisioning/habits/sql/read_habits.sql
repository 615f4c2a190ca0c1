-- Read the habits of some customers as they are kept.
SELECT
    customer_id, requests, purchases, categories, largest_minor, first_at, new_device_at, usual_weight, usual_sum, usual_square_sum, resale_weight,
    hour_cos_1, hour_sin_1, hour_cos_2, hour_sin_2, hour_cos_3, hour_sin_3, recent_at, recent_minor, recent_shops, devices, addresses, merchants
FROM decisioning.habit
WHERE customer_id = any(%(customer_ids)b::bigint[])
