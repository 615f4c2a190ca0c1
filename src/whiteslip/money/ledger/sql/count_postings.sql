-- Movements by kind and legs.
SELECT kind::text, debit::text, credit::text, count(*) AS movements, sum(amount_minor) AS amount_minor
FROM money.movement
GROUP BY kind, debit, credit
ORDER BY kind, debit, credit
