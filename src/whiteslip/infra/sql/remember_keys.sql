-- Store the answers given under fresh idempotency keys; a key that someone else has just used fails the whole statement.
INSERT INTO infra.idempotency_key (caller_id, key, request_hash, status, response, created_at)
SELECT fresh.caller_id, fresh.key, fresh.request_hash, fresh.status, fresh.response, %(at)s
FROM unnest(%(caller_ids)b::bigint [], %(keys)b::text [], %(request_hashes)b::bytea [], %(statuses)b::smallint [], %(responses)b::bytea [])
    AS fresh (caller_id, key, request_hash, status, response)
