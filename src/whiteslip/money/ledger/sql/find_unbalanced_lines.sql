-- Batch step. Lines with movements since a day whose live balances, or the installments they owe, are not what the ledger says.
-- Idempotent: it only reads, in one snapshot.
WITH touched AS (
    SELECT DISTINCT customer_id, line_id FROM money.movement
    WHERE business_date >= %(since)s::date
),

ledger AS (
    SELECT
        movement.customer_id, movement.line_id,
        sum(leg.amount_minor) FILTER (WHERE leg.account = 'receivable_principal') AS principal_minor,
        sum(leg.amount_minor) FILTER (WHERE leg.account IN ('receivable_fee', 'receivable_late_fee')) AS fees_minor,
        sum(leg.amount_minor) FILTER (WHERE leg.account = 'commitment') AS held_minor,
        -sum(leg.amount_minor) FILTER (WHERE leg.account = 'customer_credit') AS credit_minor
    FROM touched
    INNER JOIN money.movement ON movement.customer_id = touched.customer_id AND movement.line_id = touched.line_id
    CROSS JOIN LATERAL (
        VALUES (movement.debit, movement.amount_minor), (movement.credit, -movement.amount_minor)
    ) AS leg (account, amount_minor)
    GROUP BY movement.customer_id, movement.line_id
),

reached AS (
    SELECT
        day.current_on, day.closed_on, day.range_size, day.current_on - 1 AS closing_on
    FROM infra.business_day AS day
),

debts AS (
    SELECT
        installment.customer_id, installment.line_id,
        sum(installment.principal_minor - installment.paid_principal_minor) AS principal_minor,
        sum(
            installment.late_fee_minor - installment.paid_late_fee_minor
            + CASE
                WHEN installment.kind = 'pay_later' OR installment.statement_on < reached.current_on THEN installment.fee_minor - installment.paid_fee_minor
                WHEN
                    installment.statement_on = reached.current_on AND (
                        reached.closed_on = reached.closing_on
                        OR EXISTS (
                            SELECT FROM infra.day_range
                            WHERE
                                day_range.business_date = reached.closing_on
                                AND day_range.range_no = installment.customer_id / reached.range_size
                        )
                    )
                    THEN installment.fee_minor - installment.paid_fee_minor
                ELSE 0
            END
        ) AS fees_minor
    FROM touched
    CROSS JOIN reached
    INNER JOIN money.installment
        ON
            installment.customer_id = touched.customer_id
            AND installment.line_id = touched.line_id
            AND installment.status = 'open'
    GROUP BY installment.customer_id, installment.line_id
)

SELECT
    line.customer_id, line.line_id, line.principal_minor, ledger.principal_minor AS ledger_principal_minor, debts.principal_minor AS debts_principal_minor,
    ledger.fees_minor AS ledger_fees_minor, debts.fees_minor AS debts_fees_minor, line.held_minor, ledger.held_minor AS ledger_held_minor,
    line.credit_minor, ledger.credit_minor AS ledger_credit_minor
FROM ledger
INNER JOIN money.line ON line.customer_id = ledger.customer_id AND line.line_id = ledger.line_id
LEFT JOIN debts ON debts.customer_id = ledger.customer_id AND debts.line_id = ledger.line_id
WHERE
    line.principal_minor <> coalesce(ledger.principal_minor, 0)
    OR line.principal_minor <> coalesce(debts.principal_minor, 0)
    OR line.held_minor <> coalesce(ledger.held_minor, 0)
    OR line.credit_minor <> coalesce(ledger.credit_minor, 0)
    OR coalesce(ledger.fees_minor, 0) <> coalesce(debts.fees_minor, 0)
ORDER BY line.customer_id, line.line_id
LIMIT 100
