-- End an API key that is in use.
UPDATE infra.api_key SET revoked_at = %(at)s
WHERE caller_id = %(caller_id)s AND revoked_at IS NULL
