-- List what people said of findings by the end of a day: cases decided with a label, for training as of that day.
SELECT customer_id, line_id, kind, label, opened_on, decided_on
FROM risk.review_case
WHERE state = 'decided' AND label IS NOT NULL AND decided_on <= %(as_of)s::date
ORDER BY customer_id, case_id
