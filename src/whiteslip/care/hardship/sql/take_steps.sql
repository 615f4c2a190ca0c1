-- Batch step. Take the next step of each episode of arrears whose day has come, unless a relief runs or a dispute is open on its line.
-- Idempotent: a step of an episode is taken once, and the next one lies days apart.
-- Pure twin: care/hardship/sequence.py: step_due
INSERT INTO care.arrears_step (customer_id, line_id, since_on, number, step, days_past_due, taken_on, taken_at)
SELECT
    episode.customer_id, episode.line_id, episode.since_on, step.number, step.name, %(on)s::date - episode.oldest_due_on, %(on)s::date,
    %(at)s::timestamptz
FROM money.arrears AS episode
LEFT JOIN (
    SELECT customer_id, line_id, since_on, max(number) AS number, max(taken_on) AS taken_on
    FROM care.arrears_step
    WHERE customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    GROUP BY customer_id, line_id, since_on
) AS taken ON taken.customer_id = episode.customer_id AND taken.line_id = episode.line_id AND taken.since_on = episode.since_on
INNER JOIN unnest(%(numbers)b::smallint[], %(names)b::text[], %(days)b::smallint[]) AS step (number, name, days)
    ON step.number = coalesce(taken.number, 0) + 1 AND step.days <= %(on)s::date - episode.oldest_due_on
WHERE
    episode.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND episode.ended_on IS NULL
    AND (taken.taken_on IS NULL OR taken.taken_on + %(days_apart)s::integer <= %(on)s::date)
    AND NOT EXISTS (
        SELECT FROM care.relief
        WHERE relief.customer_id = episode.customer_id AND relief.line_id = episode.line_id AND relief.status = 'running'
    )
    AND NOT EXISTS (
        SELECT FROM care.dispute
        WHERE dispute.customer_id = episode.customer_id AND dispute.line_id = episode.line_id AND dispute.status = 'open'
    )
RETURNING customer_id, line_id, step
