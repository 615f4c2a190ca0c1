-- The last pulses of a fast indicator, the newest first.
SELECT
    pulse.indicator, pulse.felt_at, pulse.from_at, pulse.felt_on, pulse.version, pulse.hits, pulse.out_of, pulse.value_ppm, pulse.color, pulse.why,
    pulse.detail
FROM risk.signal_pulse AS pulse
WHERE pulse.indicator = %(indicator)s::text
ORDER BY pulse.felt_at DESC
LIMIT %(most)s::integer
