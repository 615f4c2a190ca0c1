-- Everything that happened to a line from outside, one row each: what, when, the number drawn when it acted, its own number, and what it needs.
-- Repayments that were reversed never happened.
SELECT
    'capture' AS what, capture.captured_on AS happened_on, capture.capture_id AS acted, capture.capture_id AS number, capture.amount_minor,
    purchase.purchase_id, NULL::bigint AS other_id, purchase.plan_months::integer AS months, NULL::text AS scope, NULL::date AS first_on,
    NULL::date AS last_on, FALSE AS is_back_dated, NULL::text AS kind
FROM money.purchase
INNER JOIN money.capture ON capture.customer_id = purchase.customer_id AND capture.purchase_id = purchase.purchase_id
WHERE purchase.customer_id = %(customer_id)s::bigint AND purchase.line_id = %(line_id)s::bigint
UNION ALL
SELECT
    'capture', purchase.authorized_on, purchase.purchase_id, purchase.purchase_id, purchase.captured_minor, purchase.purchase_id, NULL, 0, NULL, NULL,
    NULL, FALSE, NULL
FROM money.purchase
WHERE purchase.customer_id = %(customer_id)s::bigint AND purchase.line_id = %(line_id)s::bigint AND purchase.imported
UNION ALL
SELECT
    CASE WHEN payoff.repayment_id IS NOT NULL THEN 'payoff' ELSE 'payment' END, repayment.repaid_on, repayment.repayment_id, repayment.repayment_id,
    repayment.amount_minor, payoff.purchase_id, payoff.split_id, 0, payoff.scope, NULL, NULL,
    EXISTS(
        SELECT FROM money.correction
        WHERE correction.customer_id = repayment.customer_id AND correction.repayment_id = repayment.repayment_id AND correction.kind = 'back_dated'
    ), repayment.kind
FROM money.repayment
LEFT JOIN money.payoff ON payoff.customer_id = repayment.customer_id AND payoff.repayment_id = repayment.repayment_id
WHERE
    repayment.customer_id = %(customer_id)s::bigint
    AND repayment.line_id = %(line_id)s::bigint
    AND NOT EXISTS (
        SELECT FROM money.recovery WHERE recovery.customer_id = repayment.customer_id AND recovery.recovery_id = repayment.repayment_id
    )
    AND NOT EXISTS (
        SELECT FROM money.correction
        WHERE correction.customer_id = repayment.customer_id AND correction.repayment_id = repayment.repayment_id AND correction.kind = 'reversed'
    )
UNION ALL
SELECT
    'recovery', recovery.recovered_on, recovery.recovery_id, recovery.recovery_id,
    coalesce(repayment.amount_minor, 0) + recovery.cost_minor, NULL, recovery.cost_minor, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.recovery
LEFT JOIN money.repayment ON repayment.customer_id = recovery.customer_id AND repayment.repayment_id = recovery.recovery_id
WHERE
    recovery.customer_id = %(customer_id)s::bigint
    AND recovery.line_id = %(line_id)s::bigint
    AND NOT EXISTS (
        SELECT FROM money.refund WHERE refund.customer_id = recovery.customer_id AND refund.refund_id = recovery.recovery_id
    )
    AND NOT EXISTS (
        SELECT FROM money.correction
        WHERE correction.customer_id = recovery.customer_id AND correction.repayment_id = recovery.recovery_id AND correction.kind = 'reversed'
    )
UNION ALL
SELECT
    CASE WHEN refund.purchase_id IS NULL THEN 'imported refund' ELSE 'refund' END, refund.refunded_on, refund.refund_id, refund.refund_id,
    refund.amount_minor, refund.purchase_id, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.refund
WHERE refund.customer_id = %(customer_id)s::bigint AND refund.line_id = %(line_id)s::bigint
UNION ALL
SELECT 'payout', payout.paid_out_on, payout.payout_id, payout.payout_id, payout.amount_minor, NULL, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.credit_payout AS payout
WHERE payout.customer_id = %(customer_id)s::bigint AND payout.line_id = %(line_id)s::bigint
UNION ALL
SELECT 'opening', movement.business_date, movement.source_id, movement.source_id, movement.amount_minor, NULL, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.movement
WHERE
    movement.customer_id = %(customer_id)s::bigint AND movement.line_id = %(line_id)s::bigint AND movement.kind = 'opening_credit'
UNION ALL
SELECT 'split', split.split_on, split.split_id, split.split_id, split.principal_minor, NULL, NULL, split.months::integer, NULL, NULL, NULL, FALSE, NULL
FROM money.statement_split AS split
WHERE split.customer_id = %(customer_id)s::bigint AND split.line_id = %(line_id)s::bigint
UNION ALL
SELECT
    'waiver', waiver.decided_on, waiver.acted_number, waiver.waiver_id, waiver.waived_minor + waiver.returned_minor, NULL, charge.source_id, 0, NULL,
    waiver.first_on, waiver.last_on, FALSE, NULL
FROM money.fee_waiver AS waiver
LEFT JOIN money.movement AS charge ON charge.customer_id = waiver.customer_id AND charge.movement_id = waiver.movement_id
WHERE waiver.customer_id = %(customer_id)s::bigint AND waiver.line_id = %(line_id)s::bigint AND waiver.state = 'done'
UNION ALL
SELECT 'charge-off', claim.decided_on, claim.acted_number, claim.charge_off_id, claim.principal_minor, NULL, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.charge_off AS claim
WHERE
    claim.customer_id = %(customer_id)s::bigint
    AND claim.line_id = %(line_id)s::bigint
    AND claim.state IN ('charged_off', 'ending', 'recovered', 'written_off')
UNION ALL
SELECT 'write-off', claim.ended_on, claim.ended_number, claim.charge_off_id, claim.written_off_minor, NULL, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.charge_off AS claim
WHERE claim.customer_id = %(customer_id)s::bigint AND claim.line_id = %(line_id)s::bigint AND claim.state = 'written_off'
UNION ALL
SELECT 'goodwill', granted.decided_on, granted.acted_number, granted.goodwill_id, granted.amount_minor, NULL, NULL, 0, NULL, NULL, NULL, FALSE, NULL
FROM money.goodwill AS granted
WHERE granted.customer_id = %(customer_id)s::bigint AND granted.line_id = %(line_id)s::bigint AND granted.state = 'done'
UNION ALL
SELECT
    'taken back', correction.corrected_on, correction.correction_id, correction.correction_id, repayment.amount_minor, NULL, NULL, 0, NULL, NULL, NULL,
    FALSE, NULL
FROM money.correction
INNER JOIN money.repayment ON repayment.customer_id = correction.customer_id AND repayment.repayment_id = correction.repayment_id
WHERE correction.customer_id = %(customer_id)s::bigint AND correction.line_id = %(line_id)s::bigint AND correction.kind = 'added_to_next'
ORDER BY happened_on ASC, number ASC
