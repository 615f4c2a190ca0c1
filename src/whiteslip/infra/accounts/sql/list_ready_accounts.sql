-- List enabled accounts without a password, those of staff and shops first: whom a sandbox offers to be.
SELECT account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at
FROM infra.account
WHERE password_hash IS NULL AND disabled_at IS NULL
ORDER BY kind = 'shopper', kind = 'merchant', account_id
LIMIT %(limit)s
