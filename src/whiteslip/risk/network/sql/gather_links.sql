-- Add to the links what purchases and applications of the days after :since up to :on told; nothing of people who were erased.
-- Only what was authorized counts: a refused request must not tie anybody to anything. Idempotent: a day is gathered once, see begin_weave.
INSERT INTO risk.network_link (customer_id, entity, first_on, last_on, times, kind)
SELECT seen.customer_id, seen.entity, min(seen.day), max(seen.day), count(*)::integer, seen.kind
FROM (
    SELECT purchase.customer_id, told.entity, purchase.authorized_on AS day, told.kind
    FROM money.purchase
    CROSS JOIN LATERAL (VALUES ('device', purchase.device), ('address', purchase.address)) AS told (kind, entity)
    WHERE
        purchase.authorized_on <= %(on)s::date
        AND (%(since)s::date IS NULL OR purchase.authorized_on > %(since)s::date)
        AND purchase.status IN ('authorized', 'captured', 'voided', 'expired')
        AND told.entity IS NOT NULL
    UNION ALL
    SELECT application.customer_id, hashtextextended(told.hash, 0), application.received_on, told.kind
    FROM credit.application
    CROSS JOIN LATERAL (
        VALUES
        ('device', application.device_hash), ('phone', application.phone_hash), ('address', application.address_hash),
        ('card', application.card_hash), ('ip', application.ip_hash)
    ) AS told (kind, hash)
    WHERE
        application.received_on <= %(on)s::date
        AND (%(since)s::date IS NULL OR application.received_on > %(since)s::date)
        AND told.hash IS NOT NULL
) AS seen
WHERE NOT EXISTS (SELECT FROM care.erasure WHERE erasure.customer_id = seen.customer_id AND erasure.done)
GROUP BY seen.customer_id, seen.kind, seen.entity
ORDER BY seen.customer_id, seen.kind, seen.entity
ON CONFLICT (customer_id, kind, entity) DO UPDATE
    SET
        first_on = least(network_link.first_on, excluded.first_on), last_on = greatest(network_link.last_on, excluded.last_on),
        times = network_link.times + excluded.times
