-- Find the answers given under these idempotency keys. One index look-up a key, whatever the planner thinks of the table's size.
SELECT asked.caller_id, asked.key, known.request_hash, known.status, known.response
FROM unnest(%(caller_ids)b::bigint [], %(keys)b::text []) AS asked (caller_id, key)
CROSS JOIN LATERAL (
    SELECT stored.request_hash, stored.status, stored.response
    FROM infra.idempotency_key AS stored
    WHERE stored.caller_id = asked.caller_id AND stored.key = asked.key
    LIMIT 1
) AS known
