-- Draft a campaign, with its first event.
WITH drafted AS (
    INSERT INTO credit.campaign (
        campaign_id, least_minor, most_minor, budget_minor, share_ppm, starts_on, ends_on, status, name, segment, drafted_by
    )
    VALUES (
        %(campaign_id)s::bigint, %(least_minor)s::bigint, %(most_minor)s::bigint, %(budget_minor)s::bigint, %(share_ppm)s::integer,
        %(starts_on)s::date, %(ends_on)s::date, 'draft', %(name)s, %(segment)s, %(actor)s
    )
    RETURNING campaign_id, drafted_by
)

INSERT INTO credit.campaign_event (campaign_id, step, happened_at, happened_on, from_status, to_status, command, actor)
SELECT campaign_id, 1, %(at)s::timestamptz, %(on_date)s::date, 'none', 'draft', 'draft', drafted_by
FROM drafted
