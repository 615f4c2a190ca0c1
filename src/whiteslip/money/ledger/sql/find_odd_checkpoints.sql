-- Checkpoints that are not what the ledger says of a line up to their day.
SELECT
    checkpoint.customer_id, checkpoint.line_id, checkpoint.closed_on, checkpoint.principal_minor, ledger.principal_minor AS ledger_principal_minor
FROM money.checkpoint
INNER JOIN (
    SELECT
        movement.customer_id, movement.line_id,
        sum(CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END) AS principal_minor,
        sum(CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END) AS held_minor
    FROM money.movement
    INNER JOIN money.checkpoint AS upto
        ON
            upto.customer_id = movement.customer_id
            AND upto.line_id = movement.line_id
            AND movement.business_date <= upto.closed_on
    GROUP BY movement.customer_id, movement.line_id
) AS ledger ON ledger.customer_id = checkpoint.customer_id AND ledger.line_id = checkpoint.line_id
WHERE checkpoint.principal_minor <> ledger.principal_minor OR checkpoint.held_minor <> ledger.held_minor
ORDER BY checkpoint.customer_id, checkpoint.line_id
LIMIT 100
