-- Keep values; where another transaction kept the same revision first, nothing is written of that one.
INSERT INTO risk.macro_value (series, of_on, revision, learned_on, value_micro, recorded_at, source, actor)
SELECT new.series, new.of_on, new.revision, new.learned_on, new.value_micro, %(at)s::timestamptz, %(source)s::text, %(actor)s::text
FROM unnest(%(series)b::text[], %(of_ons)b::date[], %(revisions)b::integer[], %(learned_ons)b::date[], %(values_micro)b::bigint[])
    AS new (series, of_on, revision, learned_on, value_micro)
ON CONFLICT DO NOTHING
