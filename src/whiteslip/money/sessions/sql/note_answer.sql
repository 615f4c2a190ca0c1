-- Note what came of a try of a session; a try that was noted before changes nothing.
UPDATE money.checkout_session
SET
    attempt = attempt + CASE WHEN %(purchase_id)s::bigint IS NULL THEN 1 ELSE 0 END,
    purchase_id = %(purchase_id)s,
    is_waiting = %(is_waiting)s
WHERE
    customer_id = %(customer_id)s AND token_hash = %(token_hash)s AND attempt = %(attempt)s AND purchase_id IS NULL AND canceled_at IS NULL
