-- List what was bought and repaid on each of the last days, days without either left out; what was taken back on a day lessens its repayments.
SELECT
    movement.business_date,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'captured'), 0)::bigint AS captured_minor,
    greatest(coalesce(sum(
        CASE
            WHEN movement.kind IN ('principal_repaid', 'fee_repaid', 'late_fee_repaid', 'credit_received') THEN movement.amount_minor
            WHEN movement.kind = 'payment_reclaimed' OR (movement.kind = 'undone' AND movement.credit = 'bank') THEN -movement.amount_minor
        END
    ), 0), 0)::bigint AS repaid_minor
FROM money.movement
WHERE movement.business_date >= %(since)s::date AND movement.business_date < %(before)s::date
GROUP BY movement.business_date
ORDER BY movement.business_date
