-- Drop the sessions of an account that have ended by themselves.
DELETE FROM infra.session
WHERE account_id = %(account_id)s AND ends_at <= %(at)s
