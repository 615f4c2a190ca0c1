-- The last pulse of each fast indicator, when it was last looked at, and the warning of it that stands.
SELECT
    looked.indicator, looked.looked_at, pulse.felt_at, pulse.from_at, pulse.felt_on, pulse.version, pulse.hits, pulse.out_of, pulse.value_ppm,
    pulse.color, pulse.why, pulse.detail,
    warning.state, warning.color AS worst, warning.raised_on, warning.due_at, warning.acknowledged_by, step.note
FROM risk.signal_look AS looked
INNER JOIN LATERAL (
    SELECT * FROM risk.signal_pulse AS felt
    WHERE felt.indicator = looked.indicator
    ORDER BY felt.felt_at DESC LIMIT 1
) AS pulse ON TRUE
LEFT JOIN risk.signal_warning AS warning ON warning.indicator = looked.indicator AND warning.state <> 'ended'
LEFT JOIN risk.signal_step AS step
    ON step.warning_id = warning.warning_id AND warning.state = 'acknowledged' AND step.step = warning.steps
