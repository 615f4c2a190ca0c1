-- Record that every range closed the day.
UPDATE infra.business_day SET closed_on = %(business_date)s::date
WHERE closed_on = %(business_date)s::date - 1 AND current_on = %(business_date)s::date + 1
