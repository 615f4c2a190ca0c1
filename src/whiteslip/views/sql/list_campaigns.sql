-- List campaigns with what is granted of their budgets, the latest first.
SELECT
    campaign.campaign_id, campaign.name, campaign.segment, campaign.share_ppm, campaign.least_minor, campaign.most_minor, campaign.starts_on,
    campaign.ends_on, campaign.budget_minor, campaign.granted_minor, campaign.granted_lines, campaign.status, campaign.drafted_by
FROM credit.campaign
ORDER BY campaign.campaign_id DESC
LIMIT 100
