-- Begin weaving for a day, unless it or a later one was woven; who comes second waits for the first, and gets nothing.
INSERT INTO risk.weave (woven_on, woven_at)
SELECT %(on)s::date, %(at)s::timestamptz
WHERE NOT EXISTS (SELECT FROM risk.weave AS later WHERE later.woven_on >= %(on)s::date)
ON CONFLICT (woven_on) DO NOTHING
RETURNING (SELECT max(before.woven_on) FROM risk.weave AS before) AS since
