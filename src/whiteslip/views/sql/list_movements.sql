-- List a line's movements before a cursor, the newest first; perhaps only those of one source, of some kinds, or of some days.
SELECT
    movement.movement_id, movement.business_date, movement.kind::text AS kind, movement.debit::text AS debit, movement.credit::text AS credit,
    movement.amount_minor, movement.source_id
FROM money.movement
WHERE
    movement.customer_id = %(customer_id)s AND movement.line_id = %(line_id)s AND movement.movement_id < %(before)s
    AND (%(source_id)s::bigint IS NULL OR movement.source_id = %(source_id)s::bigint)
    AND (%(kind)s::text = '' OR movement.kind::text = %(kind)s::text)
    AND (%(since)s::date IS NULL OR movement.business_date >= %(since)s::date)
    AND (%(until)s::date IS NULL OR movement.business_date <= %(until)s::date)
ORDER BY movement.movement_id DESC
LIMIT %(limit)s
