-- How each line was restricted on a day and in the year before it.
WITH imposed AS (
    SELECT
        restriction.customer_id, restriction.line_id,
        max(restriction.level) FILTER (WHERE restriction.lifted_on IS NULL OR restriction.lifted_on > %(as_of)s::date) AS restriction_level,
        max(restriction.level) AS highest_level_12m,
        count(DISTINCT restriction.since_on) FILTER (
            WHERE restriction.level >= 3 AND restriction.since_on > %(as_of)s::date - 365
        ) AS times_restricted_12m
    FROM risk.restriction
    WHERE
        restriction.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR restriction.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND restriction.since_on <= %(as_of)s::date
        AND (restriction.lifted_on IS NULL OR restriction.lifted_on > %(as_of)s::date - 365)
    GROUP BY restriction.customer_id, restriction.line_id
)

SELECT line.customer_id, line.line_id, imposed.restriction_level, imposed.highest_level_12m, imposed.times_restricted_12m
FROM money.line
LEFT JOIN imposed ON imposed.customer_id = line.customer_id AND imposed.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
