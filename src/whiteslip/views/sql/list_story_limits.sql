-- List what changed a line's limits: fixed ones with their reason, temporary ones with their end.
SELECT
    changed.changed_on AS happened_on, 'fixed' AS kind, changed.fixed_before_minor AS before_minor, changed.fixed_after_minor AS amount_minor,
    changed.reason, NULL::date AS ends_on
FROM money.limit_change AS changed
WHERE changed.customer_id = %(customer_id)s AND changed.line_id = %(line_id)s
UNION ALL
SELECT granted.starts_on, 'temporary', NULL, granted.amount_minor, NULL, granted.ends_on
FROM money.temporary_limit AS granted
WHERE granted.customer_id = %(customer_id)s AND granted.line_id = %(line_id)s
ORDER BY happened_on
