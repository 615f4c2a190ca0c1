-- List what was bought and repaid on each of the last days, days without either left out.
SELECT
    movement.business_date,
    coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'captured'), 0)::bigint AS captured_minor,
    coalesce(
        sum(movement.amount_minor) FILTER (WHERE movement.kind IN ('principal_repaid', 'fee_repaid', 'late_fee_repaid', 'credit_received')), 0
    )::bigint AS repaid_minor
FROM money.movement
WHERE movement.business_date >= %(since)s::date AND movement.business_date < %(before)s::date
GROUP BY movement.business_date
ORDER BY movement.business_date
