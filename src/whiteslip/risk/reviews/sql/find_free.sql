-- Skim the most urgent cases that nobody holds and this reviewer may look at; nothing is locked.
SELECT customer_id, case_id
FROM risk.review_case
WHERE
    state IN ('open', 'taken')
    AND (state = 'open' OR leased_until <= %(at)s::timestamptz)
    AND kind = ANY(%(kinds)b::text[])
    AND NOT jsonb_exists(barred, %(person)s::text)
ORDER BY priority DESC, due_at ASC, customer_id ASC, case_id ASC
LIMIT %(most)s::integer
