-- Keep people who join, in the order given.
INSERT INTO credit.customer (reference, display_name, language, joined_on)
SELECT new.reference, new.display_name, new.language, %(joined_on)s::date
FROM unnest(
    %(references)b::text[], %(display_names)b::text[], %(languages)b::text[]
) WITH ORDINALITY AS new (reference, display_name, language, place)
ORDER BY new.place
RETURNING customer_id
