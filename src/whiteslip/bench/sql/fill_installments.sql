-- Write the installments of a made book, in the order in which they would have come.
INSERT INTO money.installment (
    customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor, statement_on, due_on, captured_on, number, kind, revolving
)
SELECT
    customer_id, customer_id * 32 + 7 + place, customer_id * 32, customer_id * 32 + purchase_place, principal_minor, fee_minor, late_fee_minor,
    statement_on, due_on, captured_on, greatest(1, place - 3), (CASE WHEN place < 5 THEN 'pay_later' ELSE 'plan' END)::money.installment_kind, revolving
FROM drawn_debt
ORDER BY captured_on, customer_id, place
