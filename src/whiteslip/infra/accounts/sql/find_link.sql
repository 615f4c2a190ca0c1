-- Find whose session a link would open, if it has not been used and has not ended.
SELECT customer_id
FROM infra.entry_link
WHERE token_hash = %(token_hash)s AND used_at IS NULL AND ends_at > %(at)s
