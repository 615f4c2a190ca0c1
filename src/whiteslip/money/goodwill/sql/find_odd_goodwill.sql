-- Grants whose sums are not what the ledger posted for them, or whose settled part is not what was allocated.
SELECT
    goodwill.customer_id, goodwill.goodwill_id, goodwill.principal_minor, goodwill.fee_minor, goodwill.late_fee_minor, goodwill.credit_minor,
    posted.principal_minor AS ledger_principal_minor, posted.fee_minor AS ledger_fee_minor, posted.late_fee_minor AS ledger_late_fee_minor,
    posted.credit_minor AS ledger_credit_minor, settled.amount_minor AS allocated_minor
FROM money.goodwill
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'goodwill_principal'), 0) AS principal_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'goodwill_fee'), 0) AS fee_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'goodwill_late_fee'), 0) AS late_fee_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'goodwill_credit'), 0) AS credit_minor
    FROM money.movement
    WHERE
        movement.customer_id = goodwill.customer_id
        AND movement.source_id = goodwill.goodwill_id
        AND NOT EXISTS (
            SELECT FROM money.corrected_movement AS undoing
            WHERE undoing.customer_id = movement.customer_id AND undoing.undoes_id = movement.movement_id
        )
) AS posted
CROSS JOIN LATERAL (
    SELECT coalesce(sum(allocation.principal_minor + allocation.fee_minor + allocation.late_fee_minor), 0) AS amount_minor
    FROM money.allocation
    WHERE allocation.customer_id = goodwill.customer_id AND allocation.source_id = goodwill.goodwill_id
) AS settled
WHERE
    (goodwill.principal_minor, goodwill.fee_minor, goodwill.late_fee_minor, goodwill.credit_minor)
    <> (posted.principal_minor, posted.fee_minor, posted.late_fee_minor, posted.credit_minor)
    OR goodwill.principal_minor + goodwill.fee_minor + goodwill.late_fee_minor <> settled.amount_minor
ORDER BY goodwill.customer_id ASC, goodwill.goodwill_id ASC
LIMIT 100
