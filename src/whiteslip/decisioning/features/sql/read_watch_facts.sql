-- What the watch book judges, one row a line, as of a day; a line without a limit has no utilization.
SELECT
    line.customer_id, line.line_id, line.restriction_level,
    coalesce(%(as_of)s::date - episode.oldest_due_on, 0) AS days_past_due,
    coalesce(late.late_days, 0) AS late_days_12m,
    CASE
        WHEN line.fixed_limit_minor + line.temporary_limit_minor > 0
            THEN line.principal_minor::double precision / (line.fixed_limit_minor + line.temporary_limit_minor)
    END AS utilization
FROM money.line
LEFT JOIN money.arrears AS episode
    ON
        episode.customer_id = line.customer_id
        AND episode.line_id = line.line_id
        AND episode.ended_on IS NULL
        AND episode.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
LEFT JOIN (
    SELECT
        arrears.customer_id, arrears.line_id,
        sum(least(coalesce(arrears.ended_on, %(as_of)s::date), %(as_of)s::date) - greatest(arrears.since_on, %(as_of)s::date - 365)) AS late_days
    FROM money.arrears
    WHERE
        arrears.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND coalesce(arrears.ended_on, %(as_of)s::date) > %(as_of)s::date - 365
    GROUP BY arrears.customer_id, arrears.line_id
) AS late ON late.customer_id = line.customer_id AND late.line_id = line.line_id
WHERE line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
