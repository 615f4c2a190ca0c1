-- Early settlements that are not, component by component, what their repayment was allocated to, or that left anything of a row they paid on.
SELECT
    payoff.customer_id, payoff.repayment_id, payoff.principal_minor, payoff.fee_minor, payoff.late_fee_minor, given.principal_minor AS given_principal_minor,
    given.fee_minor AS given_fee_minor, given.late_fee_minor AS given_late_fee_minor, given.open_rows
FROM money.payoff
LEFT JOIN money.repayment ON repayment.customer_id = payoff.customer_id AND repayment.repayment_id = payoff.repayment_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(allocation.principal_minor), 0) AS principal_minor, coalesce(sum(allocation.fee_minor), 0) AS fee_minor,
        coalesce(sum(allocation.late_fee_minor), 0) AS late_fee_minor, count(*) FILTER (WHERE installment.status = 'open') AS open_rows
    FROM money.allocation
    LEFT JOIN money.installment ON installment.customer_id = allocation.customer_id AND installment.installment_id = allocation.installment_id
    WHERE allocation.customer_id = payoff.customer_id AND allocation.source_id = payoff.repayment_id
) AS given
WHERE
    payoff.undone_by IS NULL
    AND (
        payoff.principal_minor <> given.principal_minor
        OR payoff.fee_minor <> given.fee_minor
        OR payoff.late_fee_minor <> given.late_fee_minor
        OR payoff.principal_minor + payoff.fee_minor + payoff.late_fee_minor IS DISTINCT FROM repayment.allocated_minor
        OR given.open_rows > 0
    )
ORDER BY payoff.customer_id, payoff.repayment_id
LIMIT 100
