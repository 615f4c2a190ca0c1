-- Find people with kept answers whose next due date is near and who were not warned of it; the line is the first that is due then.
SELECT DISTINCT ON (budget.customer_id) budget.customer_id, installment.line_id, installment.due_on
FROM care.budget
INNER JOIN money.installment
    ON
        installment.customer_id = budget.customer_id
        AND installment.status = 'open'
        AND installment.due_on BETWEEN %(on)s::date AND %(until)s::date
WHERE
    budget.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND NOT EXISTS (
        SELECT 1 FROM care.budget_warning AS told WHERE told.customer_id = budget.customer_id AND told.due_on = installment.due_on
    )
ORDER BY budget.customer_id, installment.due_on, installment.line_id
