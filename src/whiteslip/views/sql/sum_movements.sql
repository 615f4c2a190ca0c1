-- Sum a line's movements by account, debits less credits; perhaps only those of one source, of some kinds, or of some days.
SELECT leg.account, sum(leg.amount_minor)::bigint AS balance_minor, count(*) AS legs
FROM money.movement
CROSS JOIN LATERAL (
    VALUES (movement.debit::text, movement.amount_minor), (movement.credit::text, -movement.amount_minor)
) AS leg (account, amount_minor)
WHERE
    movement.customer_id = %(customer_id)s AND movement.line_id = %(line_id)s
    AND (%(source_id)s::bigint IS NULL OR movement.source_id = %(source_id)s::bigint)
    AND (%(kind)s::text = '' OR movement.kind::text = %(kind)s::text)
    AND (%(since)s::date IS NULL OR movement.business_date >= %(since)s::date)
    AND (%(until)s::date IS NULL OR movement.business_date <= %(until)s::date)
GROUP BY leg.account
ORDER BY leg.account
