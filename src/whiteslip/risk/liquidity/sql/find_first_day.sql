-- Find the first day the book closed, up to one.
SELECT coalesce(min(business_date), %(on)s::date) AS first_on FROM infra.day_report WHERE business_date <= %(on)s::date
