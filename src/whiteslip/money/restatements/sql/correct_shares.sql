-- Let repayments, recoveries and refunds have settled what another life of their line lets them; each number is one of them.
-- A refund that is set off against a claim has a recovery under its number, which is made here where there was none.
WITH lived AS (
    SELECT *
    FROM unnest(
        %(numbers)b::bigint[], %(settled_minor)b::bigint[], %(credits_minor)b::bigint[], %(unbilled_minor)b::bigint[], %(recovered_minor)b::bigint[]
    ) AS given (number, settled_minor, credit_minor, unbilled_minor, recovered_minor)
),

repaid AS (
    UPDATE money.repayment SET allocated_minor = lived.settled_minor, credit_minor = lived.credit_minor
    FROM lived
    WHERE repayment.customer_id = %(customer_id)s::bigint AND repayment.repayment_id = lived.number
),

recovered AS (
    UPDATE money.recovery SET claim_minor = CASE WHEN refund.refund_id IS NULL THEN lived.settled_minor ELSE lived.recovered_minor END
    FROM lived
    LEFT JOIN money.refund ON refund.customer_id = %(customer_id)s::bigint AND refund.refund_id = lived.number
    WHERE recovery.customer_id = %(customer_id)s::bigint AND recovery.recovery_id = lived.number
),

set_off AS (
    INSERT INTO money.recovery (customer_id, recovery_id, line_id, charge_off_id, cost_minor, claim_minor, recovered_on)
    SELECT refund.customer_id, refund.refund_id, refund.line_id, claim.charge_off_id, 0, lived.recovered_minor, refund.refunded_on
    FROM lived
    INNER JOIN money.refund ON refund.customer_id = %(customer_id)s::bigint AND refund.refund_id = lived.number
    INNER JOIN money.charge_off AS claim
        ON
            claim.customer_id = refund.customer_id
            AND claim.line_id = refund.line_id
            AND claim.state IN ('charged_off', 'ending', 'recovered', 'written_off')
    WHERE
        lived.recovered_minor > 0
        AND NOT EXISTS (
            SELECT FROM money.recovery AS kept
            WHERE kept.customer_id = refund.customer_id AND kept.recovery_id = refund.refund_id
        )
)

UPDATE money.refund
SET offset_minor = lived.settled_minor, credit_minor = lived.credit_minor, unbilled_plan_minor = lived.unbilled_minor
FROM lived
WHERE refund.customer_id = %(customer_id)s::bigint AND refund.refund_id = lived.number
