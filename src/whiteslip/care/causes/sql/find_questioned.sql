-- Find the lines whose limit attributions question and that nobody has reviewed since, on the same business date or later.
SELECT DISTINCT cause.customer_id, cause.line_id
FROM unnest(%(customer_ids)b::bigint[], %(cause_ids)b::bigint[]) AS wanted (customer_id, cause_id)
INNER JOIN care.cause ON cause.customer_id = wanted.customer_id AND cause.cause_id = wanted.cause_id
WHERE
    cause.feedback = 'review_limit'
    AND NOT EXISTS (
        SELECT FROM credit.limit_review AS review
        WHERE review.customer_id = cause.customer_id AND review.line_id = cause.line_id AND review.reviewed_on >= cause.attributed_on
            AND review.trigger <> 'hand'
    )
ORDER BY cause.customer_id, cause.line_id
