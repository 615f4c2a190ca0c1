-- Lock reliefs for a journey that moves them; keys come sorted, so concurrent batches meet in one order.
UPDATE care.relief
SET turn = relief.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(relief_ids)b::bigint[]) AS wanted (customer_id, relief_id)
WHERE relief.customer_id = wanted.customer_id AND relief.relief_id = wanted.relief_id
RETURNING
    relief.customer_id, relief.relief_id, relief.line_id, relief.status, relief.terms, relief.amount_minor, relief.fee_minor, relief.ends_on,
    relief.needs_approval, relief.stops_fees, relief.pauses_reminders, relief.bars_credit, relief.proposed_by, relief.offered_by, relief.expires_on
