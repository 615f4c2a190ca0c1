-- Count lines by where they stood at two month ends, with what they owed at each; NULL owed nothing, -1 was not opened yet.
SELECT
    moved.bucket_before, moved.bucket_after, count(*) AS lines,
    sum(moved.owed_before_minor)::bigint AS owed_before_minor,
    sum(moved.owed_after_minor)::bigint AS owed_after_minor
FROM (
    SELECT
        CASE
            WHEN line.opened_on > %(before_on)s::date THEN -1
            WHEN before.days_past_due IS NOT NULL THEN least((before.days_past_due + 29) / 30, 7)
        END AS bucket_before,
        CASE WHEN after.days_past_due IS NOT NULL THEN least((after.days_past_due + 29) / 30, 7) END AS bucket_after,
        coalesce(before.owed_minor, 0) AS owed_before_minor,
        coalesce(after.owed_minor, 0) AS owed_after_minor
    FROM money.line
    LEFT JOIN money.month_end AS before
        ON
            before.customer_id = line.customer_id AND before.line_id = line.line_id
            AND before.month_end = %(before_on)s::date
    LEFT JOIN money.month_end AS after
        ON
            after.customer_id = line.customer_id AND after.line_id = line.line_id
            AND after.month_end = %(after_on)s::date
    WHERE line.opened_on <= %(after_on)s::date
) AS moved
GROUP BY moved.bucket_before, moved.bucket_after
ORDER BY moved.bucket_before NULLS FIRST, moved.bucket_after NULLS FIRST
