-- Write where an item stands; it is locked.
UPDATE money.suspense_item
SET
    state = %(state)s::text, way = %(way)s::text, payer_id = %(payer_id)s::bigint, line_id = %(line_id)s::bigint,
    repayment_id = %(repayment_id)s::bigint, owned_by = %(owned_by)s::text, asked_by = %(asked_by)s::text, closed_on = %(closed_on)s::date,
    steps = %(steps)s::integer
WHERE item_id = %(item_id)s::bigint
