-- How each fast indicator stood when it was last felt, its last known color, and when it was last looked at.
SELECT looked.indicator, last.color, last.why, known.color AS known, last.felt_at, looked.looked_at
FROM risk.signal_look AS looked
LEFT JOIN LATERAL (
    SELECT pulse.color, pulse.why, pulse.felt_at FROM risk.signal_pulse AS pulse
    WHERE pulse.indicator = looked.indicator
    ORDER BY pulse.felt_at DESC LIMIT 1
) AS last ON TRUE
LEFT JOIN LATERAL (
    SELECT pulse.color FROM risk.signal_pulse AS pulse
    WHERE pulse.indicator = looked.indicator AND pulse.color <> 'unknown'
    ORDER BY pulse.felt_at DESC LIMIT 1
) AS known ON TRUE
