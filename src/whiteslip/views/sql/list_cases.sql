-- List the cases that wait or are held, of one kind or of all, the most urgent first.
SELECT
    review_case.customer_id, review_case.case_id, review_case.kind, review_case.subject_type, review_case.subject_id, review_case.line_id,
    review_case.state, review_case.priority, review_case.opened_on, review_case.opened_at, review_case.due_at, review_case.escalated_at,
    review_case.pieces, review_case.steps, review_case.barred, review_case.holder, review_case.leased_until, review_case.outcome,
    review_case.label, review_case.decided_by, review_case.decided_on, review_case.decided_at
FROM risk.review_case
WHERE
    review_case.state IN ('open', 'taken')
    AND (%(kind)s::text IS NULL OR review_case.kind = %(kind)s::text)
    AND review_case.due_at < coalesce(%(due_before)s::timestamptz, 'infinity'::timestamptz)
ORDER BY review_case.priority DESC, review_case.due_at ASC, review_case.customer_id ASC, review_case.case_id ASC
LIMIT %(most)s::integer
