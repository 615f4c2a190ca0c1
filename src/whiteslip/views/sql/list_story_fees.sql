-- List the fees charged to a line, summed by day and kind.
SELECT movement.business_date, movement.kind::text AS kind, sum(movement.amount_minor)::bigint AS amount_minor
FROM money.movement
WHERE
    movement.customer_id = %(customer_id)s AND movement.line_id = %(line_id)s
    AND movement.kind IN ('installment_fee', 'revolving_fee', 'late_fee')
    AND NOT EXISTS (
        SELECT FROM money.corrected_movement AS undoing
        WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
    )
GROUP BY movement.business_date, movement.kind
ORDER BY movement.business_date, movement.kind
