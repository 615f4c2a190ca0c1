-- End one session.
DELETE FROM infra.session
WHERE token_hash = %(token_hash)s
