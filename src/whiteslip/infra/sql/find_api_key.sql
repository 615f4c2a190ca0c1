-- Find whom an API key stands for, unless it was revoked.
SELECT caller_id, label, merchant_id, scopes
FROM infra.api_key
WHERE key_hmac = %(key_hmac)b AND revoked_at IS NULL
