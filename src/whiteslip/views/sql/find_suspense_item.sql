-- Find an item of the manual queue of what banks said.
SELECT
    item_id, kind, state, way, bank, result_id, reference, amount_minor, currency, reason, held_minor, payer_id, line_id, repayment_id, owned_by,
    asked_by, opened_on, closed_on
FROM money.suspense_item
WHERE item_id = %(item_id)s::bigint
