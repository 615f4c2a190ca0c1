-- List a person's flags that have not ended, with whether each stands on the business date.
SELECT
    flag.customer_id, flag.flag_id, flag.flag, flag.since_on, flag.until_on,
    flag.since_on <= day.current_on AS stands
FROM care.contact_flag AS flag
CROSS JOIN infra.business_day AS day
WHERE flag.customer_id = %(customer_id)s AND (flag.until_on IS NULL OR flag.until_on > day.current_on)
ORDER BY flag.flag_id
