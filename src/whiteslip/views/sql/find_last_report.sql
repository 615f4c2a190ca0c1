-- Find the report of the last day that was closed.
SELECT day_report.business_date, day_report.finished_at, day_report.report
FROM infra.day_report
ORDER BY day_report.business_date DESC
LIMIT 1
