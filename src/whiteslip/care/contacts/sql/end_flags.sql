-- End flags on a business date; one that has ended or is unknown is left alone. One that was to begin later has never stood.
UPDATE care.contact_flag
SET until_on = greatest(contact_flag.since_on, %(on)s::date), ended_at = %(at)s::timestamptz, ended_by = wanted.actor
FROM unnest(%(customer_ids)b::bigint[], %(flag_ids)b::bigint[], %(actors)b::text[]) AS wanted (customer_id, flag_id, actor)
WHERE
    contact_flag.customer_id = wanted.customer_id
    AND contact_flag.flag_id = wanted.flag_id
    AND contact_flag.ended_at IS NULL
    AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
RETURNING contact_flag.customer_id, contact_flag.flag_id
