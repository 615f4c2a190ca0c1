-- Read what applications told: the hash of each thing they came with, as links keep it.
SELECT application.customer_id, told.kind, hashtextextended(told.hash, 0) AS entity
FROM unnest(%(customer_ids)b::bigint[], %(application_ids)b::bigint[]) AS wanted (customer_id, application_id)
INNER JOIN credit.application
    ON application.customer_id = wanted.customer_id AND application.application_id = wanted.application_id
CROSS JOIN LATERAL (
    VALUES
    ('device', application.device_hash), ('phone', application.phone_hash), ('address', application.address_hash),
    ('card', application.card_hash), ('ip', application.ip_hash)
) AS told (kind, hash)
WHERE told.hash IS NOT NULL
ORDER BY application.customer_id, told.kind
