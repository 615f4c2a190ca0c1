-- Say which of these lines are behind, on which a relief runs, and on which a change is announced or waits for a person.
SELECT
    wanted.customer_id, wanted.line_id,
    EXISTS(
        SELECT FROM money.arrears
        WHERE arrears.customer_id = wanted.customer_id AND arrears.line_id = wanted.line_id AND arrears.ended_on IS NULL
    ) AS is_behind,
    EXISTS(
        SELECT FROM care.relief
        WHERE relief.customer_id = wanted.customer_id AND relief.line_id = wanted.line_id AND relief.status = 'running'
    ) AS is_on_relief,
    EXISTS(
        SELECT FROM credit.limit_review AS review
        WHERE review.customer_id = wanted.customer_id AND review.line_id = wanted.line_id AND review.state IN ('announced', 'referred')
    ) AS is_moving
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
