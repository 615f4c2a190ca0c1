-- End temporary limits today, and let what is in use of each go on as a limit of its own until the promised end; lines are locked before.
-- Idempotent: what is ended is no longer active.
WITH ended AS (
    UPDATE money.temporary_limit SET status = 'returned', ends_on = %(on)s::date
    FROM unnest(
        %(customer_ids)b::bigint[], %(limit_ids)b::bigint[], %(kept_ids)b::bigint[], %(kept_minor)b::bigint[], %(promised_ons)b::date[]
    ) AS wanted (customer_id, limit_id, kept_id, kept_minor, promised_on)
    WHERE
        temporary_limit.customer_id = wanted.customer_id
        AND temporary_limit.limit_id = wanted.limit_id
        AND temporary_limit.status = 'active'
    RETURNING
        temporary_limit.customer_id, temporary_limit.line_id, temporary_limit.amount_minor, wanted.kept_id, wanted.kept_minor, wanted.promised_on
),

kept AS (
    INSERT INTO money.temporary_limit (customer_id, limit_id, line_id, amount_minor, starts_on, ends_on, status)
    SELECT customer_id, kept_id, line_id, kept_minor, %(on)s::date, promised_on, 'active'
    FROM ended
    WHERE kept_minor > 0
)

UPDATE money.line SET temporary_limit_minor = line.temporary_limit_minor - total.taken_minor
FROM (SELECT customer_id, line_id, sum(amount_minor - kept_minor) AS taken_minor FROM ended GROUP BY customer_id, line_id) AS total
WHERE line.customer_id = total.customer_id AND line.line_id = total.line_id
