-- Enable an account that is disabled.
UPDATE infra.account
SET disabled_at = NULL
WHERE account_id = %(account_id)s AND disabled_at IS NOT NULL
