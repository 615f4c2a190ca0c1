-- Lock the warnings of indicators that stand until the transaction ends, in order, and read them as they are.
SELECT
    warning.warning_id, warning.indicator, warning.raised_at, warning.due_at, warning.raised_on, warning.ended_on, warning.steps, warning.color,
    warning.state, warning.acknowledged_by
FROM risk.signal_warning AS warning
WHERE warning.indicator = any(%(indicators)b::text[]) AND warning.state <> 'ended'
ORDER BY warning.indicator
FOR UPDATE
