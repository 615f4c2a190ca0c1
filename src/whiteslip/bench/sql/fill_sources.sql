-- Let half the lines of a made book pay by autopay: each from a card and, when that has no money, from a bank account.
INSERT INTO money.payment_source (
    customer_id, source_id, line_id, place, kind, label, account, holder, mandate, given_at, added_on, added_at
)
SELECT
    line.customer_id, line.line_id + 20 + source.place, line.line_id, source.place, source.kind, '•••• ' || mod(line.customer_id, 10000),
    'account-' || line.customer_id || '-' || source.place, '李雷', 'mandate-' || line.customer_id || '-' || source.place, %(at)s::timestamptz,
    %(business_date)s::date, %(at)s::timestamptz
FROM money.line
CROSS JOIN (VALUES (1, 'card'), (2, 'bank_account')) AS source (place, kind)
WHERE mod(hashint8extended(line.customer_id, 52) & 2147483647, 2) = 0
ORDER BY line.customer_id, source.place
