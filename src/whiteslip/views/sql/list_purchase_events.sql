-- List what happened to a purchase beside its installments: holds and captures, refunds and what they owe to the sources that paid, disputes of it
-- and of dues it is part of, and corrections of repayments that had settled something of it or do so now.
SELECT
    purchase.authorized_on AS happened_on, purchase.purchase_id AS number, purchase.status::text AS what, purchase.authorized_minor AS amount_minor,
    NULL::bigint AS source_id, ''::text AS method, NULL::date AS value_on, NULL::bigint AS movement_id, NULL::text AS ground
FROM money.purchase
WHERE
    purchase.customer_id = %(customer_id)s::bigint AND purchase.purchase_id = %(purchase_id)s::bigint AND purchase.status IN ('declined', 'referred')
UNION ALL
SELECT
    movement.business_date, movement.movement_id, movement.kind::text, movement.amount_minor, NULL, '', NULL::date, movement.movement_id, NULL
FROM money.purchase
INNER JOIN money.movement
    ON
        movement.customer_id = purchase.customer_id
        AND movement.line_id = purchase.line_id
        AND movement.source_id = purchase.purchase_id
        AND movement.kind IN ('hold_placed', 'hold_released', 'captured', 'purchase_imported')
WHERE purchase.customer_id = %(customer_id)s::bigint AND purchase.purchase_id = %(purchase_id)s::bigint
UNION ALL
SELECT refund.refunded_on, refund.refund_id, 'refund', refund.amount_minor, NULL, '', NULL::date, NULL::bigint, NULL
FROM money.refund
WHERE refund.customer_id = %(customer_id)s::bigint AND refund.purchase_id = %(purchase_id)s::bigint
UNION ALL
SELECT
    refund.refunded_on, refund.refund_id, 'returned', owed.amount_minor, owed.repayment_id, coalesce(repayment.method, ''), NULL::date, NULL::bigint, NULL
FROM money.refund
INNER JOIN money.refund_return AS owed ON owed.customer_id = refund.customer_id AND owed.refund_id = refund.refund_id
LEFT JOIN money.repayment ON repayment.customer_id = owed.customer_id AND repayment.repayment_id = owed.repayment_id
WHERE refund.customer_id = %(customer_id)s::bigint AND refund.purchase_id = %(purchase_id)s::bigint
UNION ALL
SELECT told.happened_on, dispute.dispute_id, told.what, dispute.amount_minor, NULL, '', dispute.due_on, NULL::bigint, dispute.ground
FROM care.dispute
CROSS JOIN LATERAL (VALUES (dispute.opened_on, 'disputed'), (dispute.ended_on, 'dispute_' || dispute.status)) AS told (happened_on, what)
WHERE
    dispute.customer_id = %(customer_id)s::bigint
    AND told.happened_on IS NOT NULL
    AND (
        dispute.purchase_id = %(purchase_id)s::bigint
        OR EXISTS (
            SELECT FROM money.installment AS owed
            WHERE
                owed.customer_id = dispute.customer_id
                AND owed.line_id = dispute.line_id
                AND owed.purchase_id = %(purchase_id)s::bigint
                AND owed.due_on = dispute.due_on
        )
    )
UNION ALL
SELECT
    correction.corrected_on, correction.correction_id, correction.kind, repayment.amount_minor, correction.repayment_id, repayment.method,
    correction.value_on, NULL::bigint, NULL
FROM money.correction
INNER JOIN money.repayment ON repayment.customer_id = correction.customer_id AND repayment.repayment_id = correction.repayment_id
WHERE
    correction.customer_id = %(customer_id)s::bigint
    AND (
        EXISTS (
            SELECT FROM money.undone_allocation AS gone
            INNER JOIN money.installment AS owed ON owed.customer_id = gone.customer_id AND owed.installment_id = gone.installment_id
            WHERE
                gone.customer_id = correction.customer_id
                AND gone.correction_id = correction.correction_id
                AND owed.purchase_id = %(purchase_id)s::bigint
        )
        OR EXISTS (
            SELECT FROM money.allocation AS used
            INNER JOIN money.installment AS owed ON owed.customer_id = used.customer_id AND owed.installment_id = used.installment_id
            WHERE
                used.customer_id = correction.customer_id
                AND used.source_id = correction.repayment_id
                AND owed.purchase_id = %(purchase_id)s::bigint
        )
    )
ORDER BY happened_on ASC, number ASC
