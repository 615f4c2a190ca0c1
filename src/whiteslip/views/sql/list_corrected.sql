-- List the movements of a line that corrections booked, with the day they were booked on.
SELECT movement.movement_id, movement.business_date
FROM money.movement
INNER JOIN money.corrected_movement AS corrected ON corrected.customer_id = movement.customer_id AND corrected.movement_id = movement.movement_id
WHERE movement.customer_id = %(customer_id)s::bigint AND movement.line_id = %(line_id)s::bigint
ORDER BY movement.movement_id ASC
