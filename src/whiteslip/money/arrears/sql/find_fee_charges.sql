-- Find charges of fees: their lines, kinds and days, and whether a waiver has taken them back.
SELECT
    movement.customer_id, movement.movement_id, movement.line_id, movement.kind::text, movement.business_date,
    EXISTS(
        SELECT FROM money.waived_fee AS taken
        WHERE taken.customer_id = movement.customer_id AND taken.movement_id = movement.movement_id
    ) OR EXISTS(
        SELECT FROM money.corrected_movement AS undoing
        WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
    ) AS is_taken_back
FROM unnest(%(customer_ids)b::bigint[], %(movement_ids)b::bigint[]) AS wanted (customer_id, movement_id)
INNER JOIN money.movement ON movement.customer_id = wanted.customer_id AND movement.movement_id = wanted.movement_id
