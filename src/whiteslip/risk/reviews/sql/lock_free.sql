-- Lock one case if it is free and nobody is taking it just now; its customer is named, so one shard answers.
SELECT
    review_case.customer_id, review_case.case_id, review_case.kind, review_case.subject_type, review_case.subject_id, review_case.line_id,
    review_case.state, review_case.priority, review_case.opened_on, review_case.opened_at, review_case.due_at, review_case.escalated_at,
    review_case.pieces, review_case.steps, review_case.barred, review_case.holder, review_case.leased_until, review_case.outcome,
    review_case.label, review_case.decided_by, review_case.decided_on, review_case.decided_at
FROM risk.review_case
WHERE
    review_case.customer_id = %(customer_id)s
    AND review_case.case_id = %(case_id)s
    AND (review_case.state = 'open' OR (review_case.state = 'taken' AND review_case.leased_until <= %(at)s::timestamptz))
FOR UPDATE SKIP LOCKED
