-- Keep evaluations; an indicator whose color is known for the date already is left alone.
-- Idempotent: what is known stays, and only what was unknown is tried again.
INSERT INTO risk.signal_evaluation (
    indicator, evaluated_on, attempt, version, evaluated_at, from_on, to_on, hits, out_of, value_ppm, color, why, detail, center_ppm,
    spread_ppm, judged_by
)
SELECT
    new.indicator, %(on)s::date,
    1 + (
        SELECT count(*)::integer FROM risk.signal_evaluation AS tried
        WHERE tried.indicator = new.indicator AND tried.evaluated_on = %(on)s::date
    ),
    %(version)s::smallint, %(at)s::timestamptz, new.from_on, new.to_on, new.hits, new.out_of, new.value_ppm, new.color, new.why,
    new.detail, new.center_ppm, new.spread_ppm, new.judged_by
FROM unnest(
    %(indicators)b::text[], %(from_ons)b::date[], %(to_ons)b::date[], %(hits)b::bigint[], %(out_of)b::bigint[], %(values_ppm)b::bigint[],
    %(colors)b::text[], %(whys)b::text[], %(details)b::text[], %(centers_ppm)b::bigint[], %(spreads_ppm)b::bigint[], %(judged_by)b::text[]
) AS new (indicator, from_on, to_on, hits, out_of, value_ppm, color, why, detail, center_ppm, spread_ppm, judged_by)
WHERE
    NOT EXISTS (
        SELECT FROM risk.signal_evaluation AS known
        WHERE known.indicator = new.indicator AND known.evaluated_on = %(on)s::date AND known.color <> 'unknown'
    )
ON CONFLICT DO NOTHING
RETURNING indicator
