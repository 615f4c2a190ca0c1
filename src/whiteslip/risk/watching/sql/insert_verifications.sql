-- Keep when and how people showed who they are.
INSERT INTO risk.verification (customer_id, verification_id, verified_on, verified_at, method, actor)
SELECT new.customer_id, new.verification_id, %(on)s::date, %(at)s::timestamptz, new.method, new.actor
FROM unnest(%(customer_ids)b::bigint[], %(verification_ids)b::bigint[], %(methods)b::text[], %(actors)b::text[])
    AS new (customer_id, verification_id, method, actor)
