-- Write statements of the three months before the last one of a made book, each a due of its own.
INSERT INTO money.statement (
    customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor, credited_total_minor, minimum_minor,
    pay_later_minor, pay_later_minimum_minor
)
SELECT
    line.customer_id, line.line_id, bill.on_day, bill.on_day + 29, 0, bill.minor, 0, bill.minor, 0, bill.minor / 10, bill.minor, bill.minor / 10
FROM generate_series(3, 1, -1) AS month (back)
CROSS JOIN money.line
CROSS JOIN LATERAL (
    SELECT
        (
            date_trunc('month', %(business_date)s::date)
            - (month.back + CASE WHEN extract(DAY FROM %(business_date)s::date) < line.statement_day THEN 1 ELSE 0 END) * interval '1 month'
        )::date + (line.statement_day - 1) AS on_day,
        10000 + mod(hashint8extended(line.customer_id, 20 + month.back) & 2147483647, 90000)::bigint AS minor
) AS bill
WHERE line.opened_on < bill.on_day - 28
ORDER BY bill.on_day, line.customer_id
ON CONFLICT DO NOTHING
