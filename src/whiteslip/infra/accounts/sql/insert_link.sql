-- Keep a link that opens a session as a customer.
INSERT INTO infra.entry_link (token_hash, customer_id, made_by, made_at, ends_at)
VALUES (%(token_hash)s, %(customer_id)s, %(made_by)s, %(at)s, %(ends_at)s)
