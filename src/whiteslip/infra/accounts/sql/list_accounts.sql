-- List the accounts of staff and shops, or those of customers, in the order they were made.
SELECT account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at
FROM infra.account
WHERE (kind = 'shopper') = %(shoppers)s AND account_id > %(after)s
ORDER BY account_id
LIMIT %(limit)s
