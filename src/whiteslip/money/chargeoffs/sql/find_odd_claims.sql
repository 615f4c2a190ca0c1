-- Claims whose sums are not what the ledger gave up or took in for them, or whose rows are not what is left of them.
SELECT
    claim.customer_id, claim.charge_off_id, claim.state, claim.recovered_minor, claim.written_off_minor, given.principal_minor, given.fee_minor,
    given.late_fee_minor, taken.recovered_minor AS ledger_recovered_minor, standing.left_minor, standing.written_off_minor AS rows_written_off_minor
FROM money.charge_off AS claim
INNER JOIN money.line ON line.customer_id = claim.customer_id AND line.line_id = claim.line_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'principal_charged_off'), 0) AS principal_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'fee_charged_off'), 0) AS fee_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'late_fee_charged_off'), 0) AS late_fee_minor
    FROM money.movement
    WHERE
        movement.customer_id = claim.customer_id
        AND movement.source_id = claim.charge_off_id
        AND NOT EXISTS (
            SELECT FROM money.corrected_movement AS undoing
            WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
        )
) AS given
CROSS JOIN LATERAL (
    SELECT coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind IN ('recovered', 'credit_recovered')), 0) AS recovered_minor
    FROM money.recovery
    INNER JOIN money.movement ON movement.customer_id = recovery.customer_id AND movement.source_id = recovery.recovery_id
    WHERE
        recovery.customer_id = claim.customer_id
        AND recovery.charge_off_id = claim.charge_off_id
        AND NOT EXISTS (
            SELECT FROM money.corrected_movement AS undoing
            WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
        )
) AS taken
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(owed.amount_minor) FILTER (WHERE installment.status = 'charged_off'), 0) AS left_minor,
        coalesce(sum(owed.amount_minor) FILTER (WHERE installment.status = 'written_off'), 0) AS written_off_minor
    FROM money.installment
    CROSS JOIN LATERAL (
        SELECT
            installment.principal_minor - installment.paid_principal_minor + installment.fee_minor - installment.paid_fee_minor
            + installment.late_fee_minor - installment.paid_late_fee_minor AS amount_minor
    ) AS owed
    WHERE installment.customer_id = claim.customer_id AND installment.line_id = claim.line_id
) AS standing
WHERE
    (claim.principal_minor, claim.fee_minor, claim.late_fee_minor) <> (given.principal_minor, given.fee_minor, given.late_fee_minor)
    OR claim.recovered_minor <> taken.recovered_minor
    OR (claim.state IN ('charged_off', 'ending')) <> (line.status = 'charged_off')
    OR (
        claim.state IN ('charged_off', 'ending')
        AND claim.principal_minor + claim.fee_minor + claim.late_fee_minor - claim.recovered_minor <> standing.left_minor
    )
    OR (claim.state = 'written_off' AND claim.written_off_minor <> standing.written_off_minor)
ORDER BY claim.customer_id, claim.charge_off_id
LIMIT 100
