-- Repayments and refunds whose allocations are not what they allocated, or set off against a claim, and installments paid by more or less than their allocations.
WITH allocated AS (
    SELECT customer_id, source_id, sum(principal_minor + fee_minor + late_fee_minor) AS amount_minor
    FROM money.allocation
    GROUP BY customer_id, source_id
),

received AS (
    SELECT customer_id, installment_id, sum(principal_minor + fee_minor + late_fee_minor) AS amount_minor
    FROM money.allocation
    GROUP BY customer_id, installment_id
)

SELECT source.customer_id, source.kind, source.id, source.amount_minor, coalesce(allocated.amount_minor, 0) AS allocated_minor
FROM (
    SELECT customer_id, 'repayment' AS kind, repayment_id AS id, allocated_minor AS amount_minor FROM money.repayment
    WHERE
        NOT EXISTS (
            SELECT FROM money.correction
            WHERE correction.customer_id = repayment.customer_id AND correction.repayment_id = repayment.repayment_id AND correction.kind = 'reversed'
        )
    UNION ALL
    SELECT refund.customer_id, 'refund', refund.refund_id, refund.offset_minor + coalesce(recovery.claim_minor, 0)
    FROM money.refund
    LEFT JOIN money.recovery ON recovery.customer_id = refund.customer_id AND recovery.recovery_id = refund.refund_id
) AS source
LEFT JOIN allocated ON allocated.customer_id = source.customer_id AND allocated.source_id = source.id
WHERE source.amount_minor <> coalesce(allocated.amount_minor, 0)
UNION ALL
SELECT
    installment.customer_id, 'installment', installment.installment_id,
    installment.paid_principal_minor + installment.paid_fee_minor + installment.paid_late_fee_minor, coalesce(received.amount_minor, 0)
FROM money.installment
LEFT JOIN received ON received.customer_id = installment.customer_id AND received.installment_id = installment.installment_id
WHERE
    installment.paid_principal_minor + installment.paid_fee_minor + installment.paid_late_fee_minor <> coalesce(received.amount_minor, 0)
LIMIT 100
