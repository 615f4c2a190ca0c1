-- List changes of somebody's caps that are asked for and do not count yet; what a later wish replaced is left out.
SELECT change.kind, change.amount_minor, change.wait_hours, change.effective_at
FROM care.cap_change AS change
WHERE
    change.customer_id = %(customer_id)s::bigint
    AND change.effective_at > %(at)s::timestamptz
    AND NOT EXISTS (
        SELECT 1
        FROM care.cap_change AS later
        WHERE
            later.customer_id = change.customer_id
            AND later.kind = change.kind
            AND later.change_id > change.change_id
            AND later.asked_at < change.effective_at
    )
ORDER BY change.effective_at, change.change_id
