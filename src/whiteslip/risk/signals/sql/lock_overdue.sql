-- Lock warnings nobody acknowledged in time, in the order of their indicators, and read them as they are; those at work elsewhere are left out.
SELECT
    warning.warning_id, warning.indicator, warning.raised_at, warning.due_at, warning.raised_on, warning.ended_on, warning.steps, warning.color,
    warning.state, warning.acknowledged_by
FROM risk.signal_warning AS warning
WHERE warning.state = 'raised' AND warning.due_at <= %(at)s::timestamptz
ORDER BY warning.indicator
FOR UPDATE SKIP LOCKED
