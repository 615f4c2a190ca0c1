-- Keep a session of an enabled account; no row is touched when it is disabled.
INSERT INTO infra.session (token_hash, account_id, created_at, seen_at, ends_at)
SELECT %(token_hash)s, account.account_id, %(at)s, %(at)s, %(ends_at)s
FROM infra.account
WHERE account.account_id = %(account_id)s AND account.disabled_at IS NULL
FOR SHARE
