-- Draw the open installments of the lines drawn; place 1 is overdue, 2 billed, 3 revolving, 4 not yet billed, from 5 on a plan.
CREATE TEMPORARY TABLE drawn_debt ON COMMIT DROP AS
SELECT
    debt.customer_id, debt.place, least(debt.place, 5) AS purchase_place, debt.principal_minor, debt.statement_on, debt.statement_on + 29 AS due_on,
    debt.captured_on, debt.place = 3 OR (debt.place = 2 AND debt.statement_on > debt.last_on) AS revolving,
    CASE
        WHEN debt.place >= 5 THEN debt.principal_minor * 36 / 1000
        WHEN debt.place = 3 THEN debt.principal_minor / 100
        ELSE 0
    END AS fee_minor,
    CASE
        WHEN debt.place = 1 THEN debt.principal_minor * (%(business_date)s::date - debt.statement_on - 29) / 2000
        ELSE 0
    END AS late_fee_minor
FROM (
    SELECT customer_id, 1 AS place, amount_minor AS principal_minor, (last_on - (1 + mod(days, 5)) * interval '1 month')::date AS statement_on,
        (last_on - (2 + mod(days, 5)) * interval '1 month')::date AS captured_on, last_on
    FROM drawn_line
    WHERE overdue
    UNION ALL
    SELECT customer_id, 2, amount_minor, CASE WHEN last_on + 29 < %(business_date)s::date THEN next_on ELSE last_on END, last_on - 1 - mod(days, 28), last_on
    FROM drawn_line
    WHERE billed
    UNION ALL
    SELECT customer_id, 3, amount_minor / 2, CASE WHEN last_on + 29 < %(business_date)s::date THEN next_on ELSE last_on END, last_on - 32 - mod(days, 28), last_on
    FROM drawn_line
    WHERE revolving
    UNION ALL
    SELECT customer_id, 4, amount_minor, next_on, last_on + mod(days, %(business_date)s::date - last_on + 1), last_on
    FROM drawn_line
    WHERE unbilled
    UNION ALL
    SELECT customer_id, 4 + month, amount_minor, (next_on + (month - 1) * interval '1 month')::date, last_on - 1 - mod(days, 28), last_on
    FROM drawn_line
    CROSS JOIN generate_series(1, 5) AS month
    WHERE in_plan
) AS debt
WHERE %(owing)s::boolean AND (debt.place <> 1 OR debt.statement_on + 29 < %(business_date)s::date)
