-- Keep new sources of lines with their mandates; the lines are locked, so a place is taken once.
INSERT INTO money.payment_source (
    customer_id, source_id, line_id, place, kind, label, account, holder, mandate, given_at, added_on, added_at
)
SELECT
    source.customer_id, source.source_id, source.line_id, source.place, source.kind, source.label, source.account, source.holder, source.mandate,
    source.given_at, source.added_on, %(at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(source_ids)b::bigint[], %(line_ids)b::bigint[], %(places)b::smallint[], %(kinds)b::text[], %(labels)b::text[],
    %(accounts)b::text[], %(holders)b::text[], %(mandates)b::text[], %(given_ats)b::timestamptz[], %(added_ons)b::date[]
) AS source (customer_id, source_id, line_id, place, kind, label, account, holder, mandate, given_at, added_on)
