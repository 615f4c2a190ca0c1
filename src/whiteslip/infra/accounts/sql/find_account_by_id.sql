-- Find an account by its number.
SELECT account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at
FROM infra.account
WHERE account_id = %(account_id)s
