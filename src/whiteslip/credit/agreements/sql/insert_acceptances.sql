-- Keep acceptances; what was accepted before stays as it was said then.
INSERT INTO credit.acceptance (customer_id, subject_id, accepted_at, accepted_on, agreement_id, subject, how, actor)
SELECT new.customer_id, new.subject_id, new.accepted_at, new.accepted_on, new.agreement_id, new.subject, new.how, new.actor
FROM unnest(
    %(customer_ids)b::bigint[], %(subject_ids)b::bigint[], %(subjects)b::text[], %(agreement_ids)b::integer[], %(accepted_ons)b::date[],
    %(accepted_ats)b::timestamptz[], %(hows)b::text[], %(actors)b::text[]
) AS new (customer_id, subject_id, subject, agreement_id, accepted_on, accepted_at, how, actor)
ON CONFLICT (customer_id, subject_id, agreement_id) DO NOTHING
