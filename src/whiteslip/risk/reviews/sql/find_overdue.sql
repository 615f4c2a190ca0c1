-- Find cases past their due time that were not raised for it yet, the longest overdue first.
SELECT customer_id, case_id
FROM risk.review_case
WHERE state IN ('open', 'taken') AND due_at <= %(at)s::timestamptz AND escalated_at IS NULL
ORDER BY due_at ASC, customer_id ASC, case_id ASC
LIMIT %(most)s::integer
