-- Set fixed limits, the last change of a line counts, and keep what they were before; lines are locked in key order by the caller.
WITH change AS (
    SELECT *
    FROM unnest(
        %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(change_ids)b::bigint[], %(befores_minor)b::bigint[], %(afters_minor)b::bigint[],
        %(reasons)b::text[]
    ) AS given (customer_id, line_id, change_id, before_minor, after_minor, reason)
),

changed AS (
    UPDATE money.line SET fixed_limit_minor = latest.after_minor
    FROM (
        SELECT DISTINCT ON (customer_id, line_id) customer_id, line_id, after_minor
        FROM change
        ORDER BY customer_id ASC, line_id ASC, change_id DESC
    ) AS latest
    WHERE line.customer_id = latest.customer_id AND line.line_id = latest.line_id
)

INSERT INTO money.limit_change (customer_id, change_id, line_id, fixed_before_minor, fixed_after_minor, reason, changed_on, changed_at)
SELECT
    change.customer_id, change.change_id, change.line_id, change.before_minor, change.after_minor, change.reason, %(changed_on)s::date,
    %(changed_at)s::timestamptz
FROM change
