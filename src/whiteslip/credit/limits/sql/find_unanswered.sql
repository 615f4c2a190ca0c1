-- Tell which of some reviews wait for a person to answer an objection.
SELECT review.customer_id, review.review_id
FROM unnest(%(customer_ids)b::bigint[], %(review_ids)b::bigint[]) AS wanted (customer_id, review_id)
INNER JOIN credit.limit_review AS review ON review.customer_id = wanted.customer_id AND review.review_id = wanted.review_id
WHERE review.objected_on IS NOT NULL AND review.answered_on IS NULL
