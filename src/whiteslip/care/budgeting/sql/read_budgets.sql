-- Read the answers people let us keep.
SELECT
    budget.customer_id, budget.income_minor, budget.income_day, budget.rent_minor, budget.debts_minor, budget.fixed_minor, budget.change_minor,
    budget.cushion_minor
FROM care.budget
WHERE budget.customer_id = ANY(%(customer_ids)b::bigint[])
