-- Write the last statement of each line of a made book.
INSERT INTO money.statement (
    customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor, credited_total_minor, minimum_minor,
    pay_later_minor, pay_later_minimum_minor
)
SELECT
    drawn.customer_id, drawn.customer_id * 32, drawn.last_on, drawn.last_on + 29, 0, bill.owed_minor, bill.credit_minor, bill.owed_minor - bill.credit_minor, bill.credit_minor,
    greatest(0, bill.owed_minor - bill.credit_minor) / 10, bill.pay_later_minor, bill.pay_later_minor / 10
FROM drawn_line AS drawn
LEFT JOIN (
    SELECT debt.customer_id, sum(debt.principal_minor + debt.fee_minor + debt.late_fee_minor) AS owed_minor,
        sum(debt.principal_minor) FILTER (WHERE debt.statement_on = line.last_on) AS pay_later_minor
    FROM drawn_debt AS debt
    INNER JOIN drawn_line AS line ON line.customer_id = debt.customer_id
    WHERE debt.place <= 3 AND debt.statement_on <= line.last_on
    GROUP BY debt.customer_id
) AS debt ON debt.customer_id = drawn.customer_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(debt.owed_minor, 0)::bigint AS owed_minor, CASE WHEN drawn.in_credit THEN 2500 ELSE 0 END::bigint AS credit_minor,
        coalesce(debt.pay_later_minor, 0)::bigint AS pay_later_minor
) AS bill
ORDER BY drawn.customer_id
