-- Of the appeals decided in the window, those that were right, at least in part.
SELECT
    count(*) FILTER (WHERE appeal.outcome IN ('overturned', 'partly')) AS hits,
    count(*) AS out_of,
    (SELECT max(last.decided_on) FROM care.appeal AS last WHERE last.state = 'decided' AND last.decided_on <= %(as_of)s::date) AS seen_on
FROM care.appeal
WHERE appeal.state = 'decided' AND appeal.decided_on >= %(from_on)s::date AND appeal.decided_on < %(to_on)s::date
