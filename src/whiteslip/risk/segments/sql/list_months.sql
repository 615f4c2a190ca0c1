-- List what the measures of all segments came to, by month end.
SELECT segment, measure, month_end, hits, out_of
FROM risk.segment_month
WHERE version = %(version)s::smallint AND month_end <= %(until)s::date
ORDER BY segment, measure, month_end
