-- Keep what is sealed of people in the place of what was; the same statement corrects it.
INSERT INTO care.person (customer_id, sealed_at, name, contact, name_hash)
SELECT new.customer_id, %(at)s::timestamptz, new.name, new.contact, new.name_hash
FROM unnest(%(customer_ids)b::bigint[], %(names)b::bytea[], %(contacts)b::bytea[], %(name_hashes)b::bytea[])
    AS new (customer_id, name, contact, name_hash)
ON CONFLICT (customer_id) DO UPDATE SET
    sealed_at = excluded.sealed_at,
    name = excluded.name,
    contact = excluded.contact,
    name_hash = excluded.name_hash
