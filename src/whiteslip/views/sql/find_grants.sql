-- Find from when to when a campaign's limits stood, the last day not counted and nothing after today.
SELECT
    coalesce(array_agg(granted.customer_id ORDER BY granted.customer_id, granted.line_id), '{}') AS customer_ids,
    coalesce(array_agg(granted.line_id ORDER BY granted.customer_id, granted.line_id), '{}') AS line_ids,
    coalesce(array_agg(granted.granted_on ORDER BY granted.customer_id, granted.line_id), '{}') AS from_ons,
    coalesce(array_agg(least(granted.ends_on, %(on)s::date + 1) ORDER BY granted.customer_id, granted.line_id), '{}') AS to_ons
FROM credit.campaign_grant AS granted
WHERE granted.campaign_id = %(campaign_id)s::bigint AND granted.granted_on <= %(on)s::date
