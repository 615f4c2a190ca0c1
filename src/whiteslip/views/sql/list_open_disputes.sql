-- List disputes nobody has decided, the most urgent first.
SELECT
    dispute.customer_id, dispute.dispute_id, dispute.line_id, customer.display_name, dispute.ground, dispute.amount_minor, dispute.opened_on,
    dispute.answer_by
FROM care.dispute
INNER JOIN credit.customer ON customer.customer_id = dispute.customer_id
WHERE dispute.status = 'open'
ORDER BY dispute.answer_by, dispute.customer_id, dispute.dispute_id
LIMIT %(most)s::integer
