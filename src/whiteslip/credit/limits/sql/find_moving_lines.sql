-- Find the lines among these on which a cut is announced or waits for a person.
SELECT DISTINCT review.customer_id, review.line_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN credit.limit_review AS review ON review.customer_id = wanted.customer_id AND review.line_id = wanted.line_id
WHERE review.state IN ('announced', 'referred')
