-- How late each line is and was, as of a day: from the episodes of arrears, and from when each installment they were about was paid.
-- The oldest due date an episode carries is today's; what it was on a day follows from the installments not yet paid then.
WITH episode AS (
    SELECT
        arrears.customer_id, arrears.line_id,
        sum(ended.late_on - greatest(arrears.since_on, %(as_of)s::date - 365)) FILTER (WHERE ended.late_on > %(as_of)s::date - 365) AS late_days_12m,
        count(*) FILTER (WHERE ended.late_on > %(as_of)s::date - 365) AS times_late_12m,
        max(ended.late_on) AS late_on
    FROM money.arrears
    CROSS JOIN LATERAL (SELECT least(coalesce(arrears.ended_on, %(as_of)s::date), %(as_of)s::date) AS late_on) AS ended
    WHERE
        arrears.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR arrears.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND arrears.since_on < %(as_of)s::date
    GROUP BY arrears.customer_id, arrears.line_id
),

fallen AS (
    SELECT
        installment.customer_id, installment.line_id, installment.due_on, installment.status, installment.principal_minor,
        max(allocation.allocated_on) AS paid_on,
        sum(allocation.principal_minor) FILTER (WHERE allocation.allocated_on <= %(as_of)s::date) AS paid_minor
    FROM episode
    INNER JOIN money.installment
        ON
            installment.customer_id = episode.customer_id
            AND installment.line_id = episode.line_id
            AND installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND (%(customer_ids)b::bigint[] IS NULL OR installment.customer_id = ANY(%(customer_ids)b::bigint[]))
    LEFT JOIN money.allocation
        ON
            allocation.customer_id = installment.customer_id
            AND allocation.installment_id = installment.installment_id
            AND allocation.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND (%(customer_ids)b::bigint[] IS NULL OR allocation.customer_id = ANY(%(customer_ids)b::bigint[]))
    WHERE installment.due_on < %(as_of)s::date
    GROUP BY installment.customer_id, installment.installment_id
),

overdue AS (
    SELECT
        fallen.customer_id, fallen.line_id,
        min(fallen.due_on) FILTER (WHERE unpaid.still) AS oldest_due_on,
        sum(fallen.principal_minor - coalesce(fallen.paid_minor, 0)) FILTER (WHERE unpaid.still) AS overdue_minor,
        max(unpaid.until_on - fallen.due_on) FILTER (WHERE unpaid.until_on > %(as_of)s::date - 365) AS longest_late_days_12m
    FROM fallen
    CROSS JOIN LATERAL (
        SELECT
            fallen.status = 'open' OR fallen.paid_on > %(as_of)s::date AS still,
            CASE WHEN fallen.status = 'open' THEN %(as_of)s::date ELSE least(fallen.paid_on, %(as_of)s::date) END AS until_on
    ) AS unpaid
    WHERE unpaid.until_on > fallen.due_on
    GROUP BY fallen.customer_id, fallen.line_id
)

SELECT
    line.customer_id, line.line_id,
    %(as_of)s::date - overdue.oldest_due_on AS days_past_due,
    overdue.overdue_minor,
    overdue.longest_late_days_12m,
    episode.late_days_12m,
    episode.times_late_12m,
    (%(as_of)s::date - episode.late_on) / 30 AS months_since_late
FROM money.line
LEFT JOIN episode ON episode.customer_id = line.customer_id AND episode.line_id = line.line_id
LEFT JOIN overdue ON overdue.customer_id = line.customer_id AND overdue.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
