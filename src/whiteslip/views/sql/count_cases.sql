-- Count the cases that wait or are held by kind, and those past their due time.
SELECT kind, count(*)::integer AS cases, (count(*) FILTER (WHERE due_at <= %(at)s::timestamptz))::integer AS overdue
FROM risk.review_case
WHERE state IN ('open', 'taken')
GROUP BY kind
ORDER BY kind
