-- Roll the business date, only from the day before.
UPDATE infra.business_day SET current_on = %(current_on)s::date
WHERE current_on = %(before)s::date AND closed_on = %(before)s::date - 1
