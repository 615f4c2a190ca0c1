-- Count complaints of people from the first day of a spell until :days days after it; each once.
SELECT count(*) AS complaints, count(*) FILTER (WHERE complaint.cause = 'frozen_without_reason') AS frozen
FROM care.complaint
WHERE
    EXISTS (
        SELECT
        FROM unnest(%(customer_ids)b::bigint[], %(from_ons)b::date[], %(to_ons)b::date[]) AS spell (customer_id, from_on, to_on)
        WHERE
            spell.customer_id = complaint.customer_id
            AND complaint.received_on >= spell.from_on AND complaint.received_on < spell.to_on + %(days)s::integer
    )
