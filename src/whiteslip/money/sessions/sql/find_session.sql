-- Find a session with the name of its shop, and what the checkout answered to its try if it did: noted or not.
SELECT
    session.customer_id, session.line_id, session.merchant_id, session.caller_id, session.amount_minor, session.order_ref, session.goods, session.return_url,
    session.ends_at, session.attempt, session.purchase_id, session.is_waiting, session.canceled_at, merchant.name AS merchant,
    answer.status, answer.response
FROM money.checkout_session AS session
INNER JOIN money.merchant ON merchant.merchant_id = session.merchant_id
LEFT JOIN infra.idempotency_key AS answer
    ON answer.caller_id = session.caller_id AND answer.key = 'hosted ' || encode(session.token_hash, 'hex') || ' ' || session.attempt
WHERE session.customer_id = %(customer_id)s AND session.token_hash = %(token_hash)s
