-- Keep what measures came to at a month end.
-- Idempotent: what is kept stays as it was.
INSERT INTO risk.segment_month (segment, version, measure, month_end, hits, out_of)
SELECT new.segment, %(version)s::smallint, new.measure, %(month_end)s::date, new.hits, new.out_of
FROM unnest(%(segments)b::text[], %(measures)b::text[], %(hits)b::bigint[], %(out_of)b::bigint[]) AS new (segment, measure, hits, out_of)
ON CONFLICT DO NOTHING
