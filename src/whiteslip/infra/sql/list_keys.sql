-- List every API key ever issued, newest first.
SELECT caller_id, label, merchant_id, scopes, created_at, revoked_at
FROM infra.api_key
ORDER BY caller_id DESC
