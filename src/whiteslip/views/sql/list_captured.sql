-- List the movements that booked a line's purchases.
SELECT movement.movement_id, movement.business_date, movement.kind::text AS kind, movement.source_id, movement.amount_minor
FROM money.movement
WHERE
    movement.customer_id = %(customer_id)s::bigint
    AND movement.line_id = %(line_id)s::bigint
    AND movement.kind IN ('captured', 'purchase_imported')
ORDER BY movement.movement_id ASC
