-- Keep the wrapped keys of people who have none.
INSERT INTO care.data_key (customer_id, made_at, wrapped_key)
SELECT new.customer_id, %(at)s::timestamptz, new.wrapped_key
FROM unnest(%(customer_ids)b::bigint[], %(wrapped_keys)b::bytea[]) AS new (customer_id, wrapped_key)
