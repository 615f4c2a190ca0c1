-- Let repayments, recoveries and refunds have settled what another life of their line lets them; each number is one of them.
WITH lived AS (
    SELECT *
    FROM unnest(%(numbers)b::bigint[], %(settled_minor)b::bigint[], %(credits_minor)b::bigint[], %(unbilled_minor)b::bigint[])
        AS given (number, settled_minor, credit_minor, unbilled_minor)
),

repaid AS (
    UPDATE money.repayment SET allocated_minor = lived.settled_minor, credit_minor = lived.credit_minor
    FROM lived
    WHERE repayment.customer_id = %(customer_id)s::bigint AND repayment.repayment_id = lived.number
),

recovered AS (
    UPDATE money.recovery SET claim_minor = lived.settled_minor
    FROM lived
    WHERE recovery.customer_id = %(customer_id)s::bigint AND recovery.recovery_id = lived.number
)

UPDATE money.refund
SET offset_minor = lived.settled_minor, credit_minor = lived.credit_minor, unbilled_plan_minor = lived.unbilled_minor
FROM lived
WHERE refund.customer_id = %(customer_id)s::bigint AND refund.refund_id = lived.number
