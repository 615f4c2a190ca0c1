-- Find the account of a customer.
SELECT account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at
FROM infra.account
WHERE customer_id = %(customer_id)s
