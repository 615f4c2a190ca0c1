-- List the month ends at which end of day kept where lines stood, of the whole book: every range that closed the day did.
SELECT day_range.business_date AS month_end
FROM infra.day_range
CROSS JOIN infra.business_day AS day
WHERE extract(DAY FROM day_range.business_date + 1) = 1 AND day_range.business_date <= day.closed_on
GROUP BY day_range.business_date
HAVING bool_and(day_range.step_ms -> 'keep month end' IS NOT NULL)
ORDER BY day_range.business_date
