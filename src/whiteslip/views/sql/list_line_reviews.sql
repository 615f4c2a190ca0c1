-- List a line's reviews, the latest first; one of a run that waits for people is not told yet.
SELECT
    review.customer_id, review.review_id, review.line_id, review.state, review.direction, review.trigger, review.before_minor,
    review.proposed_minor, review.after_minor, review.bound, review.tier, review.is_immediate, review.reasons, review.reviewed_on,
    review.effective_on, review.objected_on, review.next_review_on
FROM credit.limit_review AS review
WHERE review.customer_id = %(customer_id)s::bigint AND review.line_id = %(line_id)s::bigint AND review.state <> 'proposed'
ORDER BY review.review_id DESC
LIMIT 100
