-- Note when fast indicators were looked at; a clock that was set back does not make it earlier.
INSERT INTO risk.signal_look AS looked (indicator, looked_at)
SELECT new.indicator, %(at)s::timestamptz
FROM unnest(%(indicators)b::text[]) AS new (indicator)
ORDER BY new.indicator
ON CONFLICT (indicator) DO UPDATE SET looked_at = greatest(looked.looked_at, excluded.looked_at)
