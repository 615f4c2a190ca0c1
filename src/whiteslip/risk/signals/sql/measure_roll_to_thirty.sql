-- Of the episodes of arrears that began in the window, those that grew as old as the lag (30 days): roll rate from 1-29 to 30 and more.
SELECT
    count(*) FILTER (
        WHERE
        episode.worst_days >= %(lag_days)s::integer
        OR (episode.ended_on IS NULL AND %(as_of)s::date - episode.oldest_due_on >= %(lag_days)s::integer)
    ) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.arrears AS episode
WHERE episode.since_on >= %(from_on)s::date AND episode.since_on < %(to_on)s::date
