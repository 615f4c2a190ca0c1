-- Note that a session was seen.
UPDATE infra.session
SET seen_at = %(at)s
WHERE token_hash = %(token_hash)s AND seen_at < %(at)s
