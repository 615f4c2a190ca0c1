-- Append a person's word to go past a limit; the appetite is barred to others, so the number is free.
INSERT INTO risk.appetite_pass (subject, version, measure, pass, value_ppm, limit_ppm, actor, note, happened_at)
SELECT
    %(subject)s::text, %(version)s::integer, %(measure)s::text, coalesce(max(earlier.pass), 0) + 1, %(value_ppm)s::bigint, %(limit_ppm)s::bigint,
    %(actor)s::text, %(note)s::text, %(at)s::timestamptz
FROM risk.appetite_pass AS earlier
WHERE earlier.subject = %(subject)s::text AND earlier.version = %(version)s::integer AND earlier.measure = %(measure)s::text
