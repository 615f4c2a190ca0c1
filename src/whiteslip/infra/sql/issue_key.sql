-- Store a new API key by its hash.
INSERT INTO infra.api_key (key_hmac, caller_id, label, merchant_id, scopes, created_at)
VALUES (%(key_hmac)b, nextval('infra.caller_number'), %(label)s, %(merchant_id)s, %(scopes)s, %(at)s)
