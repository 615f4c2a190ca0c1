-- Use a link, once; none is returned when it was used before or has ended.
UPDATE infra.entry_link
SET used_at = %(at)s
WHERE token_hash = %(token_hash)s AND used_at IS NULL AND ends_at > %(at)s
RETURNING customer_id
