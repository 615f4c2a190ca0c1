-- Read the caps in force at an instant: of each kind the newest change that counts by then; a later wish takes the place of a loosening that waits.
SELECT held.customer_id, held.kind, held.amount_minor, held.wait_hours
FROM (
    SELECT DISTINCT ON (change.customer_id, change.kind) change.customer_id, change.kind, change.amount_minor, change.wait_hours
    FROM care.cap_change AS change
    WHERE
        change.customer_id = ANY(%(customer_ids)b::bigint[])
        AND change.effective_at <= %(at)s::timestamptz
        AND NOT EXISTS (
            SELECT 1
            FROM care.cap_change AS later
            WHERE
                later.customer_id = change.customer_id
                AND later.kind = change.kind
                AND later.change_id > change.change_id
                AND later.asked_at < change.effective_at
        )
    ORDER BY change.customer_id ASC, change.kind ASC, change.change_id DESC
) AS held
WHERE held.amount_minor IS NOT NULL
