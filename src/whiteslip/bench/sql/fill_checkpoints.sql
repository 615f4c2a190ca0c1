-- Write what the ledger said of each line of a made book at the end of the day before.
INSERT INTO money.checkpoint (customer_id, line_id, closed_on, principal_minor, fees_minor, held_minor, credit_minor)
SELECT
    drawn.customer_id, drawn.customer_id * 32, %(business_date)s::date - 1, coalesce(debt.principal_minor, 0), coalesce(debt.fees_minor, 0),
    CASE WHEN drawn.holding AND mod(drawn.days, 8) < 7 THEN 2000 ELSE 0 END, CASE WHEN drawn.in_credit THEN 2500 ELSE 0 END
FROM drawn_line AS drawn
LEFT JOIN (
    SELECT
        customer_id, sum(principal_minor) FILTER (WHERE captured_on < %(business_date)s::date) AS principal_minor,
        sum(late_fee_minor + CASE WHEN place = 3 THEN fee_minor ELSE 0 END) AS fees_minor
    FROM drawn_debt
    GROUP BY customer_id
) AS debt ON debt.customer_id = drawn.customer_id
ORDER BY drawn.customer_id
