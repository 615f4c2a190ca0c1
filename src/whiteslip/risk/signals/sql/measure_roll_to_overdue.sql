-- Of the statements due in the window on lines that were not overdue, those whose due was missed: roll rate from current to overdue.
-- A statement keeps its due day, whatever becomes of its installments.
SELECT
    count(*) FILTER (WHERE missed.is_missed) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.statement
CROSS JOIN LATERAL (
    SELECT
        coalesce(bool_or(episode.since_on = statement.due_on), FALSE) AS is_missed,
        coalesce(bool_or(episode.since_on < statement.due_on), FALSE) AS is_overdue
    FROM money.arrears AS episode
    WHERE
        episode.customer_id = statement.customer_id
        AND episode.line_id = statement.line_id
        AND episode.since_on <= statement.due_on
        AND (episode.ended_on IS NULL OR episode.ended_on > statement.due_on)
) AS missed
WHERE
    statement.due_on >= %(from_on)s::date AND statement.due_on < %(to_on)s::date
    AND statement.minimum_minor > 0
    AND NOT missed.is_overdue
