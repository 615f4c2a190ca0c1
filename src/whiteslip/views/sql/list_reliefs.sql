-- The reliefs of a line, the newest first.
SELECT
    customer_id, relief_id, line_id, form, status, needs_approval, amount_minor, fee_minor, asked_on, ends_on, expires_on, stops_fees,
    pauses_reminders, bars_credit, terms
FROM care.relief
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY relief_id DESC
LIMIT 100
