-- Find who among these lines may join a campaign: open, not restricted, not behind, with nothing temporary now, and not granted by it before.
SELECT line.customer_id, line.line_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.line ON line.customer_id = wanted.customer_id AND line.line_id = wanted.line_id
WHERE
    line.status = 'open'
    AND line.restriction_level <= %(highest_level)s::integer
    AND line.temporary_limit_minor = 0
    AND NOT EXISTS (
        SELECT FROM money.arrears
        WHERE arrears.customer_id = line.customer_id AND arrears.line_id = line.line_id AND arrears.ended_on IS NULL
    )
    AND NOT EXISTS (
        SELECT FROM credit.campaign_grant AS granted
        WHERE
            granted.customer_id = line.customer_id AND granted.line_id = line.line_id AND granted.campaign_id = %(campaign_id)s::bigint
    )
ORDER BY line.customer_id, line.line_id
