-- Note that the past month ends of a made book were kept, by every range.
INSERT INTO infra.day_range (business_date, range_no, step_ms)
SELECT past.month_end, range_no, '{"keep month end": 0}'
FROM unnest(%(month_ends)b::date[]) AS past (month_end)
CROSS JOIN infra.business_day AS day
CROSS JOIN LATERAL generate_series(0, (SELECT max(customer_id) FROM money.line) / day.range_size) AS range_no
