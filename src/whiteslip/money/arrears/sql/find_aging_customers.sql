-- Batch step. Which customers owe something overdue or have an episode of arrears under way.
-- Idempotent: it only reads.
SELECT customer_id FROM money.installment
WHERE
    customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND status = 'open'
    AND due_on <= %(business_date)s::date
UNION
SELECT customer_id FROM money.arrears
WHERE customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND ended_on IS NULL
