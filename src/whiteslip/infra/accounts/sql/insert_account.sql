-- Keep an account; none is returned when its name or its customer has one already.
INSERT INTO infra.account (kind, name, actor, roles, merchant_id, customer_id, password_hash, created_at)
VALUES (%(kind)s, %(name)s, %(actor)s, %(roles)s, %(merchant_id)s, %(customer_id)s, %(password_hash)s, %(at)s)
ON CONFLICT DO NOTHING
RETURNING account_id, kind, name, actor, roles, merchant_id, customer_id, disabled_at
