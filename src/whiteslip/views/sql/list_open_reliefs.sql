-- List reliefs that wait or run, those that wait for staff first.
SELECT
    relief.customer_id, relief.relief_id, relief.line_id, customer.display_name, relief.form, relief.status, relief.needs_approval, relief.amount_minor,
    relief.asked_on, relief.ends_on
FROM care.relief
INNER JOIN credit.customer ON customer.customer_id = relief.customer_id
WHERE relief.status IN ('countered', 'offered', 'agreed', 'running')
ORDER BY array_position(ARRAY['countered', 'agreed', 'offered', 'running'], relief.status::text), relief.asked_on, relief.customer_id, relief.relief_id
LIMIT %(most)s::integer
