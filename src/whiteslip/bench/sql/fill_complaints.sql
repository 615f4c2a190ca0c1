-- Write complaints of a made book: of every thousandth line one, over the last two months.
INSERT INTO care.complaint (
    customer_id, complaint_id, received_at, due_at, received_on, channel, cause, state, received_from, words
)
SELECT
    made.customer_id, nextval('money.number'), made.on_day, made.on_day + interval '15 days', made.on_day, 'app', 'wrong_charge', 'received', 'bench', 'bench'
FROM (
    SELECT line.customer_id, %(business_date)s::date - mod(line.customer_id, 60)::integer AS on_day FROM money.line
    WHERE mod(line.customer_id, 1000) = 0
) AS made
ORDER BY made.on_day, made.customer_id
