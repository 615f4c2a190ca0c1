-- Disable an account that is enabled.
UPDATE infra.account
SET disabled_at = %(at)s
WHERE account_id = %(account_id)s AND disabled_at IS NULL
