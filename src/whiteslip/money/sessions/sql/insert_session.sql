-- Keep a session.
INSERT INTO money.checkout_session (
    customer_id, token_hash, line_id, merchant_id, caller_id, amount_minor, order_ref, goods, return_url, made_at, ends_at
)
VALUES (
    %(customer_id)s, %(token_hash)s, %(line_id)s, %(merchant_id)s, %(caller_id)s, %(amount_minor)s, %(order_ref)s, %(goods)s, %(return_url)s, %(at)s,
    %(ends_at)s
)
