-- Lock cases for a journey that moves them, and read them as they are; keys come sorted, so concurrent batches meet in one order.
UPDATE risk.review_case
SET turn = review_case.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[]) AS wanted (customer_id, case_id)
WHERE review_case.customer_id = wanted.customer_id AND review_case.case_id = wanted.case_id
RETURNING
    review_case.customer_id, review_case.case_id, review_case.kind, review_case.subject_type, review_case.subject_id, review_case.line_id,
    review_case.state, review_case.priority, review_case.opened_on, review_case.opened_at, review_case.due_at, review_case.escalated_at,
    review_case.pieces, review_case.steps, review_case.barred, review_case.holder, review_case.leased_until, review_case.outcome,
    review_case.label, review_case.decided_by, review_case.decided_on, review_case.decided_at
