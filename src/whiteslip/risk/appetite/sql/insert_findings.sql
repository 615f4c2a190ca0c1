-- Keep what was found of a subject, a row a limit, under the next number of its checks.
INSERT INTO risk.appetite_finding (
    subject, version, checked, measure, held, value_ppm, limit_ppm, out_of, part, why, passed, actor, checked_at
)
SELECT
    %(subject)s::text, %(version)s::integer,
    (
        SELECT coalesce(max(earlier.checked), 0) + 1
        FROM risk.appetite_finding AS earlier
        WHERE earlier.subject = %(subject)s::text AND earlier.version = %(version)s::integer
    ),
    found.measure, found.held, found.value_ppm, found.limit_ppm, found.out_of, found.part, found.why, found.passed, %(actor)s::text, %(at)s::timestamptz
FROM unnest(
    %(measures)b::text[], %(held)b::text[], %(values_ppm)b::bigint[], %(limits_ppm)b::bigint[], %(out_of)b::bigint[], %(parts)b::text[],
    %(whys)b::text[], %(passed)b::boolean[]
) AS found (measure, held, value_ppm, limit_ppm, out_of, part, why, passed)
