-- What was seen of a line, the newest first.
SELECT
    sight.customer_id, sight.line_id, sight.seen_on, sight.seen_at, sight.version, sight.color, sight.signs, sight.facts,
    answer.actor, answer.note, answer.answered_at, NULL::date AS overdue_since, NULL::date AS offered_on
FROM risk.line_sign AS sight
LEFT JOIN risk.line_sign_answer AS answer
    ON answer.customer_id = sight.customer_id AND answer.line_id = sight.line_id AND answer.seen_on = sight.seen_on
WHERE sight.customer_id = %(customer_id)s::bigint AND sight.line_id = %(line_id)s::bigint
ORDER BY sight.seen_on DESC
LIMIT %(most)s::integer
