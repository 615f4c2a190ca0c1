-- Find in which ways people can be reached: channel, zone, consent to the night, and whether a flag stands; each way once, however many people.
SELECT DISTINCT
    contact.channel, contact.zone, contact.may_at_night,
    EXISTS(
        SELECT FROM care.contact_flag
        WHERE
            contact_flag.customer_id = contact.customer_id
            AND contact_flag.since_on <= %(on)s::date
            AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
    ) AS is_flagged
FROM unnest(%(customer_ids)b::bigint[]) AS told (customer_id)
INNER JOIN care.contact ON contact.customer_id = told.customer_id
WHERE contact.verified_at IS NOT NULL AND contact.opted_out_at IS NULL
