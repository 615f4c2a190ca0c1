-- The disputes of a line, the newest first.
SELECT
    customer_id, dispute_id, line_id, status, ground, amount_minor, opened_on, answer_by, words, purchase_id, due_on, ended_on, ending_words
FROM care.dispute
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY dispute_id DESC
LIMIT 100
