-- Count the complaints received in [from, to) by month and cause: the one found where it is known, else the one given. Those withdrawn count too.
SELECT
    date_trunc('month', complaint.received_on)::date AS month_on,
    coalesce(complaint.found_cause, complaint.cause) AS cause,
    count(*) AS complaints,
    count(*) FILTER (WHERE complaint.state = 'answered') AS answered,
    count(*) FILTER (WHERE complaint.redress NOT IN ('none')) AS redressed,
    count(*) FILTER (WHERE coalesce(complaint.answered_at, %(at)s::timestamptz) > complaint.due_at AND complaint.state <> 'withdrawn') AS late
FROM care.complaint
WHERE complaint.received_on >= %(from_on)s::date AND complaint.received_on < %(to_on)s::date
GROUP BY 1, 2
ORDER BY 1, 2
