-- Note that the past month ends of a made book were kept.
INSERT INTO infra.day_range (business_date, range_no, step_ms)
SELECT month_end, 0, '{"keep month end": 0}' FROM unnest(%(month_ends)b::date[]) AS past (month_end)
