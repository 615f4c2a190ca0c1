-- List the days closed last, the latest first.
SELECT business_date, finished_at, report
FROM infra.day_report
ORDER BY business_date DESC
LIMIT %(most)s::integer
