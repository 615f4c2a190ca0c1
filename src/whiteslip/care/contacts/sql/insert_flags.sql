-- Set flags.
INSERT INTO care.contact_flag (customer_id, flag_id, set_at, since_on, until_on, flag, set_by)
SELECT new.customer_id, new.flag_id, %(at)s::timestamptz, new.since_on, new.until_on, new.flag, new.actor
FROM unnest(
    %(customer_ids)b::bigint[], %(flag_ids)b::bigint[], %(flags)b::text[], %(since_ons)b::date[], %(until_ons)b::date[], %(actors)b::text[]
) AS new (customer_id, flag_id, flag, since_on, until_on, actor)
