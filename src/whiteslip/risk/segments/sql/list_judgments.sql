-- List the judgments of the segments under a version, by month end.
SELECT
    segment, measure, month_end, hits, out_of, base_ppm, smooth_ppm, warning_ppm, action_ppm, single_ppm, baseline_months, level, why
FROM risk.segment_judgment
WHERE version = %(version)s::smallint AND month_end <= %(until)s::date
ORDER BY segment, month_end, measure
