-- Find the announced cuts that hold from a day on, for customers `first` to `last`.
SELECT review.customer_id, review.review_id
FROM credit.limit_review AS review
WHERE
    review.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND review.state = 'announced'
    AND review.effective_on <= %(on_date)s::date
ORDER BY review.customer_id, review.review_id
