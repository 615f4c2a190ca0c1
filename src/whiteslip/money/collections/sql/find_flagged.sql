-- Find which of some customers have a flag that stops reminders.
SELECT DISTINCT flag.customer_id
FROM care.contact_flag AS flag
WHERE
    flag.customer_id = ANY(%(customer_ids)b::bigint[])
    AND flag.since_on <= %(on)s::date
    AND (flag.until_on IS NULL OR flag.until_on > %(on)s::date)
