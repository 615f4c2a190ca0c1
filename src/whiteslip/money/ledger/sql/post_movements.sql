-- Post movements; each row carries both of its legs.
INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    posting.customer_id, posting.line_id, posting.source_id, posting.amount_minor, %(posted_at)s::timestamptz, posting.business_date,
    posting.kind, posting.debit, posting.credit
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(source_ids)b::bigint[], %(amounts_minor)b::bigint[], %(business_dates)b::date[],
    %(kinds)b::text[]::money.movement_kind[], %(debits)b::text[]::money.account[], %(credits)b::text[]::money.account[]
) AS posting (customer_id, line_id, source_id, amount_minor, business_date, kind, debit, credit)
