-- Find the reviews that made changes of limits.
SELECT review.customer_id, review.change_id, review.review_id
FROM unnest(%(customer_ids)b::bigint[], %(change_ids)b::bigint[]) AS wanted (customer_id, change_id)
INNER JOIN credit.limit_review AS review ON review.customer_id = wanted.customer_id AND review.change_id = wanted.change_id
