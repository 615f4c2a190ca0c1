-- Movements that undo another without its legs the other way round, its amount and its line, and undone ones without a correction.
SELECT movement.customer_id, movement.movement_id, corrected.undoes_id, movement.debit::text, movement.credit::text, movement.amount_minor
FROM money.movement
LEFT JOIN money.corrected_movement AS corrected ON corrected.customer_id = movement.customer_id AND corrected.movement_id = movement.movement_id
LEFT JOIN money.movement AS undone ON undone.customer_id = corrected.customer_id AND undone.movement_id = corrected.undoes_id
WHERE
    (movement.kind = 'undone') <> (corrected.undoes_id IS NOT NULL)
    OR (
        movement.kind = 'undone'
        AND (movement.debit, movement.credit, movement.amount_minor, movement.line_id)
        IS DISTINCT FROM (undone.credit, undone.debit, undone.amount_minor, undone.line_id)
    )
ORDER BY movement.customer_id ASC, movement.movement_id ASC
LIMIT 100
