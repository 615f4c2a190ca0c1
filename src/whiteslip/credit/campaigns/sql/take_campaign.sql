-- Lock a campaign and read it as it stands: whoever grants from its budget or moves it waits here, before any line.
SELECT
    campaign.campaign_id, campaign.name, campaign.segment, campaign.share_ppm, campaign.least_minor, campaign.most_minor, campaign.starts_on,
    campaign.ends_on, campaign.budget_minor, campaign.granted_minor, campaign.granted_lines, campaign.status, campaign.drafted_by
FROM credit.campaign
WHERE campaign.campaign_id = %(campaign_id)s::bigint
FOR UPDATE
