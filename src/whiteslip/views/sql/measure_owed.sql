-- What lines owed at the month end before a policy first bore on them, how many ended badly at a month end since, and what they owe at the last.
WITH line AS (
    SELECT
        asked.customer_id, asked.line_id, min(asked.from_on) AS from_on,
        (date_trunc('month', min(asked.from_on)) - interval '1 day')::date AS month_end
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(from_ons)b::date[]) AS asked (customer_id, line_id, from_on)
    GROUP BY asked.customer_id, asked.line_id
),

followed AS (
    SELECT
        line.customer_id, line.line_id, line.month_end,
        max(kept.owed_minor) FILTER (WHERE kept.month_end = line.month_end) AS before_minor,
        max(kept.owed_minor) FILTER (WHERE kept.month_end >= line.from_on AND kept.days_past_due > %(bad_over)s::integer) AS bad_minor,
        max(kept.owed_minor) FILTER (WHERE kept.month_end = %(last_end)s::date) AS now_minor,
        max(least((kept.days_past_due + 29) / 30, 7) + 2) FILTER (WHERE kept.month_end = %(last_end)s::date) AS place
    FROM line
    LEFT JOIN money.month_end AS kept
        ON kept.customer_id = line.customer_id AND kept.line_id = line.line_id AND kept.month_end >= line.month_end
    GROUP BY line.customer_id, line.line_id, line.month_end
)

SELECT
    place, count(*) AS lines, count(*) FILTER (WHERE month_end = ANY(%(kept_ends)b::date[])) AS known_lines,
    coalesce(sum(before_minor), 0)::bigint AS owed_minor, count(bad_minor) AS bad_lines,
    coalesce(sum(bad_minor), 0)::bigint AS bad_minor, coalesce(sum(now_minor), 0)::bigint AS now_minor
FROM followed
GROUP BY place
ORDER BY place
