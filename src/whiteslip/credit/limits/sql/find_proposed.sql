-- Find what a run has proposed and not settled, for customers `first` to `last`.
SELECT review.customer_id, review.review_id
FROM credit.limit_review AS review
WHERE
    review.run_id = %(run_id)s::bigint
    AND review.state = 'proposed'
    AND review.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
ORDER BY review.customer_id, review.review_id
