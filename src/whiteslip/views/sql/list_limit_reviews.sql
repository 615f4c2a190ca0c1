-- List the reviews of a queue, the oldest first.
SELECT
    review.customer_id, review.review_id, review.line_id, review.state, review.direction, review.trigger, review.before_minor,
    review.proposed_minor, review.after_minor, review.bound, review.tier, review.is_immediate, review.reasons, review.reviewed_on,
    review.effective_on, review.objected_on, review.next_review_on
FROM credit.limit_review AS review
WHERE
    review.review_id > %(after)s::bigint
    AND CASE %(queue)s
        WHEN 'objected' THEN review.state = 'applied' AND review.objected_on IS NOT NULL AND review.answered_on IS NULL
        ELSE review.state = %(queue)s
    END
ORDER BY review.review_id
LIMIT %(limit)s::integer
