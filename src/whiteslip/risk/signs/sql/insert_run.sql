-- Keep what was seen of the whole book for a day.
-- Idempotent: a day is run once.
INSERT INTO risk.sign_run (seen_on, seen_at, version, lines, yellow, orange, red, unknown, offered, cases)
VALUES (
    %(seen_on)s::date, %(seen_at)s::timestamptz, %(version)s::smallint, %(lines)s::bigint, %(yellow)s::bigint, %(orange)s::bigint, %(red)s::bigint,
    %(unknown)s::bigint, %(offered)s::bigint, %(cases)s::bigint
)
ON CONFLICT DO NOTHING
