-- Find the late fees of a line, of the days they count for or one charge alone, that no waiver or correction has taken back; the line is locked before.
SELECT movement.customer_id, movement.movement_id, movement.line_id, movement.source_id AS installment_id, movement.amount_minor
FROM money.movement
LEFT JOIN money.corrected_movement AS corrected ON corrected.customer_id = movement.customer_id AND corrected.movement_id = movement.movement_id
WHERE
    movement.customer_id = %(customer_id)s::bigint
    AND movement.line_id = %(line_id)s::bigint
    AND movement.kind = 'late_fee'
    AND coalesce(corrected.value_on, movement.business_date) BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND (%(movement_id)s::bigint IS NULL OR movement.movement_id = %(movement_id)s::bigint)
    AND NOT EXISTS (
        SELECT FROM money.waived_fee AS taken
        WHERE taken.customer_id = movement.customer_id AND taken.movement_id = movement.movement_id
    )
    AND NOT EXISTS (
        SELECT FROM money.corrected_movement AS undoing
        WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
    )
ORDER BY movement.movement_id
