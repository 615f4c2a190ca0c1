-- Lock reviews for a journey that moves them, after their lines; keys come sorted, so concurrent batches meet in one order.
UPDATE credit.limit_review AS review
SET turn = review.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(review_ids)b::bigint[]) AS wanted (customer_id, review_id)
WHERE review.customer_id = wanted.customer_id AND review.review_id = wanted.review_id
RETURNING
    review.customer_id, review.review_id, review.line_id, review.run_id, review.reviewed_on, review.direction, review.state, review.before_minor,
    review.after_minor, review.is_immediate, review.reasons, review.effective_on, review.objected_on, review.answered_on, review.people
