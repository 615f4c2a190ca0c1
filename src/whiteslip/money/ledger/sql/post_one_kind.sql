-- Post movements of one kind and day; each row carries both of its legs.
INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    posting.customer_id, posting.line_id, posting.source_id, posting.amount_minor, %(posted_at)s::timestamptz, %(business_date)s::date,
    %(kind)s::money.movement_kind, %(debit)s::money.account, %(credit)s::money.account
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(source_ids)b::bigint[], %(amounts_minor)b::bigint[]
) AS posting (customer_id, line_id, source_id, amount_minor)
