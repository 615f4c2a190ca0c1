-- Append that people asked to be erased, and what they are kept for if they are.
INSERT INTO care.erasure (customer_id, erasure_id, asked_at, asked_on, done, kept_for, actor)
SELECT asked.customer_id, asked.erasure_id, %(at)s::timestamptz, %(on)s::date, asked.kept_for = '', string_to_array(asked.kept_for, ' '), asked.actor
FROM unnest(%(customer_ids)b::bigint[], %(erasure_ids)b::bigint[], %(kept_for)b::text[], %(actors)b::text[])
    AS asked (customer_id, erasure_id, kept_for, actor)
