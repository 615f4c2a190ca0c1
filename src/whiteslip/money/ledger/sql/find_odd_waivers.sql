-- Waivers of late fees whose sums are not what the ledger took back, nor what the charges they name add up to.
SELECT
    waiver.customer_id, waiver.waiver_id, waiver.waived_minor, waiver.returned_minor, posted.waived_minor AS ledger_waived_minor,
    posted.returned_minor AS ledger_returned_minor, named.amount_minor AS named_minor
FROM money.fee_waiver AS waiver
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'late_fee_waived'), 0) AS waived_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'late_fee_returned'), 0) AS returned_minor
    FROM money.movement
    WHERE
        movement.customer_id = waiver.customer_id AND movement.source_id = waiver.waiver_id
        AND movement.kind IN ('late_fee_waived', 'late_fee_returned')
        AND NOT EXISTS (
            SELECT FROM money.corrected_movement AS undoing
            WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
        )
) AS posted
CROSS JOIN LATERAL (
    SELECT coalesce(sum(fee.amount_minor), 0) AS amount_minor
    FROM money.waived_fee AS taken
    INNER JOIN money.movement AS fee
        ON fee.customer_id = taken.customer_id AND fee.movement_id = taken.movement_id AND fee.kind = 'late_fee'
    WHERE taken.customer_id = waiver.customer_id AND taken.waiver_id = waiver.waiver_id
) AS named
WHERE
    waiver.waived_minor <> posted.waived_minor
    OR waiver.returned_minor <> posted.returned_minor
    OR waiver.waived_minor + waiver.returned_minor <> named.amount_minor
ORDER BY waiver.customer_id, waiver.waiver_id
LIMIT 100
