-- Lock disputes for a journey that ends them; keys come sorted, so concurrent batches meet in one order.
UPDATE care.dispute
SET turn = dispute.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(dispute_ids)b::bigint[]) AS wanted (customer_id, dispute_id)
WHERE dispute.customer_id = wanted.customer_id AND dispute.dispute_id = wanted.dispute_id
RETURNING
    dispute.customer_id, dispute.dispute_id, dispute.line_id, dispute.purchase_id, dispute.due_on, dispute.status, dispute.ground, dispute.amount_minor,
    dispute.opened_by, dispute.answer_by
