-- Sum by kind what was posted in some days.
SELECT kind::text AS kind, debit::text AS debit, credit::text AS credit, sum(amount_minor)::bigint AS amount_minor, count(*) AS movements
FROM money.movement
WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
GROUP BY kind, debit, credit
ORDER BY kind, debit, credit
