-- Read what is sealed of people, with their wrapped keys; one whose key is destroyed has none.
SELECT key.customer_id, key.wrapped_key, person.name, person.contact, person.name_hash, key.destroyed_on
FROM care.data_key AS key
LEFT JOIN care.person ON person.customer_id = key.customer_id
WHERE key.customer_id = ANY(%(customer_ids)b::bigint[])
