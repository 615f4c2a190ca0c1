-- Move a campaign that was taken before in this transaction, with its event.
WITH moved AS (
    UPDATE credit.campaign SET status = %(after)s, steps = campaign.steps + 1
    WHERE campaign.campaign_id = %(campaign_id)s::bigint AND campaign.status = %(before)s
    RETURNING campaign_id, steps
)

INSERT INTO credit.campaign_event (campaign_id, step, happened_at, happened_on, from_status, to_status, command, actor)
SELECT campaign_id, steps, %(at)s::timestamptz, %(on_date)s::date, %(before)s, %(after)s, %(command)s, %(actor)s
FROM moved
RETURNING campaign_id
