-- Lines so long past due that they may be proposed for charging off, and nobody has, the longest overdue first.
SELECT line.customer_id, line.line_id, episode.oldest_due_on, day.current_on - episode.oldest_due_on AS days_past_due, line.principal_minor
FROM money.arrears AS episode
INNER JOIN money.line ON line.customer_id = episode.customer_id AND line.line_id = episode.line_id
CROSS JOIN infra.business_day AS day
WHERE
    episode.ended_on IS NULL
    AND episode.oldest_due_on < day.current_on - %(after_days)s::integer
    AND line.status = 'open'
    AND NOT line.credit_barred
    AND NOT EXISTS (
        SELECT FROM money.charge_off
        WHERE
            charge_off.customer_id = line.customer_id
            AND charge_off.line_id = line.line_id
            AND charge_off.state IN ('proposed', 'charged_off', 'ending')
    )
ORDER BY episode.oldest_due_on ASC, line.customer_id ASC, line.line_id ASC
LIMIT %(most)s
