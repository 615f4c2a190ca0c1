-- How each line was restricted on a day, its plans alone left out, and in the year before it, from the steps its restrictions had taken by then.
WITH stood AS (
    SELECT
        restriction.customer_id, restriction.line_id, restriction.restriction_id,
        (array_agg(step.in_force ORDER BY step.step DESC))[1] AS in_force,
        max(step.in_force) AS most,
        max(step.happened_on) AS latest_on,
        min(step.happened_on) FILTER (WHERE step.in_force >= 3) AS began_on
    FROM risk.restriction
    INNER JOIN risk.restriction_event AS step
        ON step.customer_id = restriction.customer_id AND step.restriction_id = restriction.restriction_id
    WHERE
        restriction.scope <> 'plans'
        AND restriction.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR restriction.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND step.happened_on <= %(as_of)s::date
    GROUP BY restriction.customer_id, restriction.line_id, restriction.restriction_id
),

imposed AS (
    SELECT
        customer_id, line_id,
        max(in_force) AS restriction_level,
        max(most) AS highest_level_12m,
        count(DISTINCT began_on) FILTER (WHERE began_on > %(as_of)s::date - 365) AS times_restricted_12m
    FROM stood
    WHERE in_force > 0 OR latest_on > %(as_of)s::date - 365
    GROUP BY customer_id, line_id
)

SELECT line.customer_id, line.line_id, imposed.restriction_level, imposed.highest_level_12m, imposed.times_restricted_12m
FROM money.line
LEFT JOIN imposed ON imposed.customer_id = line.customer_id AND imposed.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
