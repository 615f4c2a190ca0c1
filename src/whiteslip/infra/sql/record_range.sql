-- Record that a range of customers closed the day, with the milliseconds each step took.
INSERT INTO infra.day_range (business_date, range_no, step_ms)
VALUES (%(business_date)s::date, %(range_no)s::bigint, %(step_ms)s::jsonb)
