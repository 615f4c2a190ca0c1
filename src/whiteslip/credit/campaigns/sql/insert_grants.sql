-- Keep what a campaign grants, and count it against its budget in the same statement: the table's own check has the last word.
WITH granted AS (
    INSERT INTO credit.campaign_grant (
        customer_id, campaign_id, line_id, limit_id, amount_minor, fixed_limit_minor, granted_at, granted_on, ends_on
    )
    SELECT
        new.customer_id, %(campaign_id)s::bigint, new.line_id, new.limit_id, new.amount_minor, new.fixed_limit_minor, %(at)s::timestamptz,
        %(on_date)s::date, %(ends_on)s::date
    FROM unnest(
        %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(limit_ids)b::bigint[], %(amounts_minor)b::bigint[], %(fixed_minor)b::bigint[]
    ) AS new (customer_id, line_id, limit_id, amount_minor, fixed_limit_minor)
    RETURNING amount_minor
)

UPDATE credit.campaign SET
    granted_minor = campaign.granted_minor + total.amount_minor,
    granted_lines = campaign.granted_lines + total.lines
FROM (SELECT coalesce(sum(amount_minor), 0)::bigint AS amount_minor, count(*) AS lines FROM granted) AS total
WHERE campaign.campaign_id = %(campaign_id)s::bigint
