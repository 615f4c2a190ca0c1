-- Lock appeals for a journey that moves them, and read them as they are; keys come sorted, so concurrent batches meet in one order.
UPDATE care.appeal
SET turn = appeal.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(appeal_ids)b::bigint[]) AS wanted (customer_id, appeal_id)
WHERE appeal.customer_id = wanted.customer_id AND appeal.appeal_id = wanted.appeal_id
RETURNING
    appeal.customer_id, appeal.appeal_id, appeal.case_id, appeal.form, appeal.subject_type, appeal.subject_id, appeal.line_id,
    appeal.application_id, appeal.state, appeal.decided_by_before, appeal.due_at
