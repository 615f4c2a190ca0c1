-- Find the open lines whose turn has come since they were last reviewed, or were opened, for customers `first` to `last`.
-- Pure twin: credit/limits/reviewing.py: slot_on
SELECT line.customer_id, line.line_id
FROM money.line
CROSS JOIN LATERAL (
    SELECT
        %(on_date)s::date
        - ((((%(on_date)s::date - date '2000-01-01') - line.line_id) %% %(period_days)s::integer + %(period_days)s::integer)
        %% %(period_days)s::integer)::integer AS slot_on
) AS turn
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND line.status = 'open'
    AND turn.slot_on >= %(on_date)s::date - %(catch_up_days)s::integer
    AND line.opened_on <= turn.slot_on - %(first_days)s::integer
    AND NOT EXISTS (
        SELECT FROM credit.limit_review AS review
        WHERE review.customer_id = line.customer_id AND review.line_id = line.line_id AND review.reviewed_on >= turn.slot_on
            AND review.trigger <> 'hand'
    )
ORDER BY line.customer_id, line.line_id
