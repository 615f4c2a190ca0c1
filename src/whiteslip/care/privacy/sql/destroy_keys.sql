-- Destroy the keys of people: nothing sealed with them opens again. One who never had a key gets the mark of erasure alone.
INSERT INTO care.data_key (customer_id, made_at, destroyed_on)
SELECT gone.customer_id, %(at)s::timestamptz, %(on)s::date
FROM unnest(%(customer_ids)b::bigint[]) AS gone (customer_id)
ON CONFLICT (customer_id) DO UPDATE SET wrapped_key = NULL, destroyed_on = excluded.destroyed_on
