-- Lines that are red and in nobody's hands: not acknowledged, without a case since they were, not overdue meanwhile. Those owing most of the ones with
-- the most signs come first.
SELECT sight.customer_id, sight.line_id, sight.seen_on, sight.signs, sight.facts, line.principal_minor
FROM risk.line_sign AS sight
INNER JOIN money.line ON line.customer_id = sight.customer_id AND line.line_id = sight.line_id
WHERE
    sight.color = 'red'
    AND NOT EXISTS (
        SELECT FROM risk.line_sign AS later
        WHERE later.customer_id = sight.customer_id AND later.line_id = sight.line_id AND later.seen_on > sight.seen_on
    )
    AND NOT EXISTS (
        SELECT FROM risk.line_sign_answer AS answer
        WHERE answer.customer_id = sight.customer_id AND answer.line_id = sight.line_id AND answer.seen_on = sight.seen_on
    )
    AND NOT EXISTS (
        SELECT FROM risk.review_case AS called
        WHERE
            called.customer_id = sight.customer_id AND called.kind = 'outreach'
            AND (called.opened_on > sight.seen_on OR called.state IN ('open', 'taken'))
    )
    AND NOT EXISTS (
        SELECT FROM money.arrears AS episode
        WHERE episode.customer_id = sight.customer_id AND episode.line_id = sight.line_id AND episode.ended_on IS NULL
    )
ORDER BY cardinality(sight.signs) DESC, line.principal_minor DESC, sight.customer_id ASC, sight.line_id ASC
LIMIT %(most)s::integer
