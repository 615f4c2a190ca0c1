-- Sum by business date what moved through the bank account and what shops are owed, after one day and up to another; an imported movement touches neither.
-- What came into suspense came into the bank account; assigned, it leaves it there and comes back as its repayment, in one and the same day.
SELECT
    movement.business_date AS day,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.debit = 'bank'), 0)::bigint AS bank_in_minor,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.credit = 'bank'), 0)::bigint AS bank_out_minor,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'captured'), 0)::bigint AS captured_minor,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'merchant_fee'), 0)::bigint AS merchant_fee_minor,
    coalesce(
        sum(CASE movement.kind WHEN 'undone' THEN -movement.amount_minor ELSE movement.amount_minor END)
        FILTER (WHERE movement.kind IN ('refunded', 'refund_credited') OR (movement.kind = 'undone' AND movement.credit = 'merchant_payable')), 0
    )::bigint AS refunded_minor,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'merchant_fee_returned'), 0)::bigint AS fee_returned_minor
FROM (
    SELECT business_date, kind, debit, credit, amount_minor
    FROM money.movement
    WHERE
        business_date > %(after)s::date AND business_date <= %(until)s::date
        AND (debit IN ('bank', 'merchant_payable') OR credit IN ('bank', 'merchant_payable'))
    UNION ALL
    SELECT business_date, kind, debit, credit, amount_minor
    FROM money.suspense_entry
    WHERE business_date > %(after)s::date AND business_date <= %(until)s::date
) AS movement
GROUP BY movement.business_date
ORDER BY movement.business_date
