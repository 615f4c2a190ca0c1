-- Find the lines that reviews are about, so that lines are locked before their reviews.
SELECT review.customer_id, review.review_id, review.line_id
FROM unnest(%(customer_ids)b::bigint[], %(review_ids)b::bigint[]) AS wanted (customer_id, review_id)
INNER JOIN credit.limit_review AS review ON review.customer_id = wanted.customer_id AND review.review_id = wanted.review_id
