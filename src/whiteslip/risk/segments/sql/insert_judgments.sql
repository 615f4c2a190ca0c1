-- Keep judgments; returns those that are new.
-- Idempotent: what was judged stays as it was.
INSERT INTO risk.segment_judgment (
    segment, version, measure, month_end, judged_at, hits, out_of, base_ppm, smooth_ppm, warning_ppm, action_ppm, single_ppm, baseline_months, level,
    why
)
SELECT
    new.segment, %(version)s::smallint, new.measure, new.month_end, %(at)s::timestamptz, new.hits, new.out_of, new.base_ppm, new.smooth_ppm,
    new.warning_ppm, new.action_ppm, new.single_ppm, new.baseline_months, new.level, new.why
FROM unnest(
    %(segments)b::text[], %(measures)b::text[], %(month_ends)b::date[], %(hits)b::bigint[], %(out_of)b::bigint[], %(base_ppm)b::integer[],
    %(smooth_ppm)b::integer[], %(warning_ppm)b::integer[], %(action_ppm)b::integer[], %(single_ppm)b::integer[], %(baseline_months)b::smallint[],
    %(levels)b::text[], %(whys)b::text[]
) AS new (
    segment, measure, month_end, hits, out_of, base_ppm, smooth_ppm, warning_ppm, action_ppm, single_ppm, baseline_months, level, why
)
ON CONFLICT DO NOTHING
RETURNING segment, measure, month_end
