-- Find an account by the one form of its name, with the hash of its password.
SELECT account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at, password_hash
FROM infra.account
WHERE actor = %(actor)s
