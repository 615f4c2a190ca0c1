-- Sum what came to each valve by day, up to a day and from another on.
SELECT
    valve_id, counted_on, acted, sum(asked)::bigint AS asked, sum(asked_minor)::bigint AS asked_minor, sum(refused)::bigint AS refused,
    sum(refused_minor)::bigint AS refused_minor
FROM risk.valve_count
WHERE counted_on >= %(from_on)s::date AND counted_on <= %(until)s::date
GROUP BY valve_id, counted_on, acted
ORDER BY counted_on, valve_id, acted
