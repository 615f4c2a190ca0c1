-- Write what was answered at checkout on the last day of a made book, by minute.
INSERT INTO infra.service_count (minute, counted_on, answers, faults, turned_away)
SELECT series.minute, %(business_date)s::date, 600, 0, 0
FROM generate_series(%(business_date)s::date, %(business_date)s::date + interval '23 hours 59 minutes', interval '1 minute') AS series (minute)
