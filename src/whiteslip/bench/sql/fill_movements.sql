-- Write the movements that explain the balances of a made book, in the order in which they would have come.
INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    customer_id, customer_id * 32, customer_id * 32 + source, amount_minor, moved_on, moved_on, kind::money.movement_kind, debit::money.account,
    credit::money.account
FROM (
    SELECT customer_id, purchase_place AS source, sum(principal_minor) AS amount_minor, min(captured_on) AS moved_on, 'captured' AS kind,
        'receivable_principal' AS debit, 'merchant_payable' AS credit
    FROM drawn_debt
    GROUP BY customer_id, purchase_place
    UNION ALL
    SELECT customer_id, 7 + place, late_fee_minor, %(business_date)s::date - 1, 'late_fee', 'receivable_late_fee', 'late_fee_income'
    FROM drawn_debt
    WHERE late_fee_minor > 0
    UNION ALL
    SELECT customer_id, 7 + place, fee_minor, %(business_date)s::date - 1, 'revolving_fee', 'receivable_fee', 'revolving_fee_income'
    FROM drawn_debt
    WHERE place = 3 AND fee_minor > 0
    UNION ALL
    SELECT customer_id, 6, 2000, %(business_date)s::date - 7 + mod(days, 8), 'hold_placed', 'commitment', 'commitment_contra'
    FROM drawn_line
    WHERE holding
    UNION ALL
    SELECT customer_id, 7, 2500, %(business_date)s::date - 1, 'credit_received', 'bank', 'customer_credit'
    FROM drawn_line
    WHERE in_credit
) AS moved
ORDER BY moved_on, customer_id
