-- Set the hash of an account's password; customers have none.
UPDATE infra.account
SET password_hash = %(password_hash)s
WHERE account_id = %(account_id)s AND kind <> 'shopper'
