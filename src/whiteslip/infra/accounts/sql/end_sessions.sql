-- End every session of an account.
DELETE FROM infra.session
WHERE account_id = %(account_id)s
