-- A repayment or a recovery, whose line it is on, and whether it was reversed.
SELECT
    repayment.line_id, repayment.amount_minor, repayment.method, repayment.repaid_on,
    EXISTS(
        SELECT FROM money.correction
        WHERE correction.customer_id = repayment.customer_id AND correction.repayment_id = repayment.repayment_id AND correction.kind <> 'back_dated'
    ) AS is_reversed
FROM money.repayment
WHERE repayment.customer_id = %(customer_id)s::bigint AND repayment.repayment_id = %(repayment_id)s::bigint
