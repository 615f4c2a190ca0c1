-- Keep what was consented to, and what was refused.
INSERT INTO credit.consent (customer_id, application_id, purpose, is_given, said_at, recorded_at)
SELECT said.customer_id, said.application_id, said.purpose, said.is_given, said.said_at, %(at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(application_ids)b::bigint[], %(purposes)b::text[], %(given)b::boolean[], %(said_ats)b::timestamptz[]
) AS said (customer_id, application_id, purpose, is_given, said_at)
