-- Batch step. Open, move or end the episodes of arrears of some customers, as of a day.
-- While the claim of a line that was charged off stands, its episode goes on from the due it was charged off for.
-- Idempotent: running it twice for one day changes nothing the second time.
WITH overdue AS (
    SELECT customer_id, line_id, min(due_on) AS oldest_due_on
    FROM (
        SELECT customer_id, line_id, due_on
        FROM money.installment
        WHERE customer_id = ANY(%(customer_ids)b::bigint[]) AND status = 'open' AND due_on < %(as_of)s::date
        UNION ALL
        SELECT customer_id, line_id, oldest_due_on
        FROM money.charge_off
        WHERE customer_id = ANY(%(customer_ids)b::bigint[]) AND state IN ('charged_off', 'ending')
    ) AS missed
    GROUP BY customer_id, line_id
),

moved AS (
    UPDATE money.arrears
    SET
        oldest_due_on = coalesce(overdue.oldest_due_on, episode.oldest_due_on),
        worst_days = greatest(episode.worst_days, %(last_on)s::date - episode.oldest_due_on),
        ended_on = CASE WHEN overdue.oldest_due_on IS NULL THEN %(as_of)s::date END
    FROM money.arrears AS episode
    LEFT JOIN overdue ON overdue.customer_id = episode.customer_id AND overdue.line_id = episode.line_id
    WHERE
        episode.customer_id = ANY(%(customer_ids)b::bigint[])
        AND episode.ended_on IS NULL
        AND overdue.oldest_due_on IS DISTINCT FROM episode.oldest_due_on
        AND arrears.customer_id = episode.customer_id
        AND arrears.line_id = episode.line_id
        AND arrears.since_on = episode.since_on
)

INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)
SELECT overdue.customer_id, overdue.line_id, overdue.oldest_due_on, overdue.oldest_due_on, 0
FROM overdue
WHERE NOT EXISTS (
    SELECT FROM money.arrears
    WHERE
        arrears.customer_id = overdue.customer_id
        AND arrears.line_id = overdue.line_id
        AND arrears.ended_on IS NULL
)
