-- Let every line of a made book be under the first version of the credit agreement.
INSERT INTO credit.acceptance (customer_id, subject_id, accepted_at, accepted_on, agreement_id, subject, how, actor)
SELECT drawn.customer_id, drawn.customer_id * 32, %(at)s::timestamptz, %(business_date)s::date - 400, agreement.agreement_id, 'line', 'book', 'bench'
FROM drawn_line AS drawn
CROSS JOIN credit.agreement
WHERE agreement.name = 'credit-agreement' AND agreement.version = 1
ORDER BY drawn.customer_id
