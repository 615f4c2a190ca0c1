-- List a page of the manual queue of what banks said, the latest first; perhaps only items of a state.
SELECT
    item_id, kind, state, way, bank, result_id, reference, amount_minor, currency, reason, held_minor, payer_id, line_id, repayment_id, owned_by,
    asked_by, opened_on, closed_on
FROM money.suspense_item
WHERE item_id < %(before)s::bigint AND (%(state)s::text IS NULL OR state = %(state)s::text)
ORDER BY item_id DESC
LIMIT %(limit)s::integer
