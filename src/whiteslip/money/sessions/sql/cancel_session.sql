-- Call a session off that is still open.
UPDATE money.checkout_session
SET canceled_at = %(at)s
WHERE
    customer_id = %(customer_id)s AND token_hash = %(token_hash)s AND purchase_id IS NULL AND canceled_at IS NULL
