-- Count what must agree after a load of purchases: each purchase has one key that was answered with it, its movement and its event.
SELECT
    (SELECT count(*) FROM money.purchase WHERE order_ref NOT LIKE 'order-%%') AS purchases,
    (SELECT count(*) FROM infra.idempotency_key WHERE status = 201) AS answered_keys,
    (SELECT count(*) FROM infra.outbox WHERE topic LIKE 'money.purchase-%%') AS events,
    (SELECT count(*) FROM money.purchase WHERE status = 'authorized') AS holds,
    (SELECT count(*) FROM money.movement WHERE kind = 'hold_placed') AS hold_movements,
    (SELECT count(*) FROM money.line WHERE held_minor + principal_minor > fixed_limit_minor + temporary_limit_minor) AS lines_above_limit,
    (
        SELECT count(*)
        FROM money.line
        LEFT JOIN (
            SELECT
                customer_id,
                sum(
                    CASE WHEN debit = 'commitment' THEN amount_minor WHEN credit = 'commitment' THEN -amount_minor ELSE 0 END
                ) AS held_minor,
                sum(
                    CASE WHEN debit = 'receivable_principal' THEN amount_minor WHEN credit = 'receivable_principal' THEN -amount_minor ELSE 0 END
                ) AS principal_minor
            FROM money.movement
            GROUP BY customer_id
        ) AS ledger ON ledger.customer_id = line.customer_id
        WHERE line.held_minor <> coalesce(ledger.held_minor, 0) OR line.principal_minor <> coalesce(ledger.principal_minor, 0)
    ) AS lines_unlike_ledger
