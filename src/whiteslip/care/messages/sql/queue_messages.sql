-- Queue a message of each notice to each verified contact point of its person on a channel not opted out of; manners say when each way may be
-- used for each class, and why not at all.
INSERT INTO care.message (customer_id, notice_id, contact_id, queued_at, not_before, finished_at, klass, status, why)
SELECT
    told.customer_id, told.notice_id, contact.contact_id, %(at)s::timestamptz, coalesce(manner.not_before, %(at)s::timestamptz),
    CASE WHEN manner.not_before IS NULL THEN %(at)s::timestamptz END, told.klass,
    CASE WHEN manner.not_before IS NULL THEN 'dropped' ELSE 'queued' END, manner.why
FROM unnest(%(customer_ids)b::bigint[], %(notice_ids)b::bigint[], %(classes)b::text[]) AS told (customer_id, notice_id, klass)
INNER JOIN care.contact ON contact.customer_id = told.customer_id
CROSS JOIN LATERAL (
    SELECT EXISTS(
        SELECT FROM care.contact_flag
        WHERE
            contact_flag.customer_id = contact.customer_id
            AND contact_flag.since_on <= %(on)s::date
            AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
    ) AS is_flagged
) AS person
INNER JOIN unnest(
    %(channels)b::text[], %(zones)b::text[], %(at_night)b::boolean[], %(flagged)b::boolean[], %(manner_classes)b::text[],
    %(not_befores)b::timestamptz[], %(whys)b::text[]
) AS manner (channel, zone, may_at_night, is_flagged, klass, not_before, why)
    ON
        manner.channel = contact.channel
        AND manner.zone = contact.zone
        AND manner.may_at_night = contact.may_at_night
        AND manner.is_flagged = person.is_flagged
        AND manner.klass = told.klass
WHERE contact.verified_at IS NOT NULL AND contact.opted_out_at IS NULL
