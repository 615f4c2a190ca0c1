-- Note for which due date somebody is warned; one who was warned of it already is left out.
INSERT INTO care.budget_warning (customer_id, due_on, warned_on, short_minor)
SELECT short.customer_id, short.due_on, %(on)s::date, short.short_minor
FROM unnest(%(customer_ids)b::bigint[], %(due_ons)b::date[], %(short_minor)b::bigint[]) AS short (customer_id, due_on, short_minor)
ON CONFLICT (customer_id, due_on) DO NOTHING
RETURNING customer_id
