-- The lines of a color now, in the order of their keys behind a key; since when one is overdue meanwhile, and when help was offered last.
SELECT
    sight.customer_id, sight.line_id, sight.seen_on, sight.seen_at, sight.version, sight.color, sight.signs, sight.facts,
    answer.actor, answer.note, answer.answered_at,
    (
        SELECT min(episode.since_on) FROM money.arrears AS episode
        WHERE episode.customer_id = sight.customer_id AND episode.line_id = sight.line_id AND episode.ended_on IS NULL
    ) AS overdue_since,
    (
        SELECT max(told.noticed_on) FROM care.notice AS told
        WHERE told.customer_id = sight.customer_id AND told.kind = 'help_offered'
    ) AS offered_on
FROM risk.line_sign AS sight
LEFT JOIN risk.line_sign_answer AS answer
    ON answer.customer_id = sight.customer_id AND answer.line_id = sight.line_id AND answer.seen_on = sight.seen_on
WHERE
    sight.color = %(color)s::text
    AND NOT EXISTS (
        SELECT FROM risk.line_sign AS later
        WHERE later.customer_id = sight.customer_id AND later.line_id = sight.line_id AND later.seen_on > sight.seen_on
    )
    AND (sight.customer_id, sight.line_id) > (%(after_customer)s::bigint, %(after_line)s::bigint)
ORDER BY sight.customer_id ASC, sight.line_id ASC
LIMIT %(most)s::integer
