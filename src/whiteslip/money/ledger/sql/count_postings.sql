-- Movements by kind and legs, those of suspense included.
SELECT kind::text, debit::text, credit::text, count(*) AS movements, sum(amount_minor) AS amount_minor
FROM (
    SELECT kind, debit, credit, amount_minor FROM money.movement
    UNION ALL
    SELECT kind, debit, credit, amount_minor FROM money.suspense_entry
) AS posted
GROUP BY kind, debit, credit
ORDER BY kind, debit, credit
