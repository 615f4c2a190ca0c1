-- What each line owes on the day reached, and for how many days it is behind; a plan's fee is owed once its statement closed.
SELECT
    coalesce(day.current_on - late.oldest_due_on, 0) AS days_past_due,
    sum(
        owed.principal_minor - owed.paid_principal_minor + owed.late_fee_minor - owed.paid_late_fee_minor
        + CASE WHEN owed.kind <> 'plan' OR owed.statement_on <= day.current_on THEN owed.fee_minor - owed.paid_fee_minor ELSE 0 END
    )::bigint AS owed_minor,
    coalesce(sum(owed.principal_minor - owed.paid_principal_minor) FILTER (WHERE owed.due_on >= day.current_on), 0)::bigint AS not_due_minor
FROM money.installment AS owed
CROSS JOIN infra.business_day AS day
LEFT JOIN money.arrears AS late
    ON owed.customer_id = late.customer_id AND owed.line_id = late.line_id AND late.ended_on IS NULL
WHERE owed.status = 'open'
GROUP BY owed.customer_id, owed.line_id, day.current_on, late.oldest_due_on
