-- Append what people said of consents.
INSERT INTO care.consent (customer_id, consent_id, said_at, recorded_at, purpose, recipient, actor, is_given)
SELECT said.customer_id, said.consent_id, said.said_at, %(at)s::timestamptz, said.purpose, said.recipient, said.actor, said.is_given
FROM unnest(
    %(customer_ids)b::bigint[], %(consent_ids)b::bigint[], %(said_ats)b::timestamptz[], %(purposes)b::text[], %(recipients)b::text[],
    %(actors)b::text[], %(given)b::boolean[]
) AS said (customer_id, consent_id, said_at, purpose, recipient, actor, is_given)
