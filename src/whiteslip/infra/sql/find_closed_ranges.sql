-- Which of these ranges have closed the day.
SELECT range_no FROM infra.day_range
WHERE business_date = %(business_date)s::date AND range_no = ANY(%(range_nos)b::bigint[])
