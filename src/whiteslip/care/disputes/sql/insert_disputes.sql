-- Open disputes.
INSERT INTO care.dispute (
    customer_id, dispute_id, line_id, purchase_id, due_on, status, ground, amount_minor, opened_by, answer_by, words, opened_on, opened_at
)
SELECT
    new.customer_id, new.dispute_id, new.line_id, new.purchase_id, new.due_on, 'open', new.ground, new.amount_minor, new.opened_by, new.answer_by,
    new.words, %(on)s::date, %(at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(dispute_ids)b::bigint[], %(line_ids)b::bigint[], %(purchase_ids)b::bigint[], %(due_ons)b::date[], %(grounds)b::text[],
    %(amounts_minor)b::bigint[], %(opened_by)b::text[], %(answer_bys)b::date[], %(words)b::text[]
) AS new (customer_id, dispute_id, line_id, purchase_id, due_on, ground, amount_minor, opened_by, answer_by, words)
