-- The movements of what a line owes and is owed that hold, each on the day it counts from: neither undone nor undoing another.
SELECT movement.movement_id, coalesce(corrected.value_on, movement.business_date) AS value_on, movement.kind::text, movement.source_id, movement.amount_minor
FROM money.movement
LEFT JOIN money.corrected_movement AS corrected ON corrected.customer_id = movement.customer_id AND corrected.movement_id = movement.movement_id
WHERE
    movement.customer_id = %(customer_id)s::bigint
    AND movement.line_id = %(line_id)s::bigint
    AND movement.kind NOT IN (
        'hold_placed', 'hold_released', 'captured', 'merchant_fee', 'merchant_fee_returned', 'opening_principal', 'opening_credit', 'purchase_imported',
        'undone'
    )
    AND NOT EXISTS (
        SELECT FROM money.corrected_movement AS undoing
        WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
    )
ORDER BY movement.movement_id ASC
