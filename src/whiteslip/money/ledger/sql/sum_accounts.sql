-- The trial balance: debits less credits of every account, what lies in suspense included.
SELECT leg.account, sum(leg.amount_minor) AS balance_minor
FROM (
    SELECT debit AS account, amount_minor FROM money.movement
    UNION ALL
    SELECT credit AS account, -amount_minor FROM money.movement
    UNION ALL
    SELECT debit AS account, amount_minor FROM money.suspense_entry
    UNION ALL
    SELECT credit AS account, -amount_minor FROM money.suspense_entry
) AS leg
GROUP BY leg.account
ORDER BY leg.account
