-- Let the sources of a line be asked in the order in which they are named; the line is locked.
UPDATE money.payment_source AS source
SET place = wanted.place
FROM unnest(%(source_ids)b::bigint[]) WITH ORDINALITY AS wanted (source_id, place)
WHERE source.customer_id = %(customer_id)s::bigint AND source.source_id = wanted.source_id AND source.place <> wanted.place
