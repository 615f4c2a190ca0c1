-- Count open lines, those suspended (level 4 and above) now, those this run would suspend beside them, and those suspended on its day already.
SELECT
    count(*) AS lines,
    count(*) FILTER (WHERE line.restriction_level >= 4) AS suspended,
    count(*) FILTER (WHERE line.restriction_level < 4 AND found.proposed) AS proposed,
    count(*) FILTER (WHERE line.restriction_level >= 4 AND found.since_today) AS suspended_today
FROM money.line
LEFT JOIN (
    SELECT
        restriction.customer_id, restriction.line_id,
        bool_or(
            restriction.state = 'proposed' AND restriction.book = %(book)s::text AND restriction.book_version = %(version)s::integer
        ) AS proposed,
        bool_or(restriction.in_force >= 4) AS since_today
    FROM risk.restriction
    WHERE restriction.since_on = %(run_on)s::date AND restriction.level >= 4 AND restriction.scope <> 'plans'
    GROUP BY restriction.customer_id, restriction.line_id
) AS found ON found.customer_id = line.customer_id AND found.line_id = line.line_id
WHERE line.status = 'open'
