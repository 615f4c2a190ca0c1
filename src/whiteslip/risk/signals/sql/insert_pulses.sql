-- Keep what fast indicators came to at an instant.
-- Idempotent: what was felt at an instant stays.
INSERT INTO risk.signal_pulse (indicator, felt_at, from_at, felt_on, version, hits, out_of, value_ppm, color, why, detail)
SELECT
    new.indicator, %(at)s::timestamptz, new.from_at, %(on)s::date, %(version)s::smallint, new.hits, new.out_of, new.value_ppm, new.color, new.why,
    new.detail
FROM unnest(
    %(indicators)b::text[], %(from_ats)b::timestamptz[], %(hits)b::bigint[], %(out_of)b::bigint[], %(values_ppm)b::bigint[], %(colors)b::text[],
    %(whys)b::text[], %(details)b::text[]
) AS new (indicator, from_at, hits, out_of, value_ppm, color, why, detail)
ON CONFLICT DO NOTHING
RETURNING indicator
