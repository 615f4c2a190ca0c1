-- Append what an account did or what was done to it.
INSERT INTO infra.account_event (account_id, kind, actor, address, detail, happened_at)
VALUES (%(account_id)s, %(kind)s, %(actor)s, %(address)s, %(detail)s, %(at)s)
