-- Find the campaigns that are approved or running, in their order.
SELECT campaign.campaign_id
FROM credit.campaign
WHERE campaign.status IN ('approved', 'running')
ORDER BY campaign.campaign_id
