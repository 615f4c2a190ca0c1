-- Forget the answers of people.
DELETE FROM care.budget WHERE budget.customer_id = ANY(%(customer_ids)b::bigint[])
