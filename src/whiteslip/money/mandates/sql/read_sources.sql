-- Read the sources of lines, stopped ones too, in the order in which they are asked.
SELECT
    source.customer_id, source.source_id, source.line_id, source.place, source.kind, source.label, source.account, source.holder, source.mandate,
    source.given_at, source.added_on, source.stopped_on, source.stop_reason
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.payment_source AS source ON source.customer_id = wanted.customer_id AND source.line_id = wanted.line_id
ORDER BY source.customer_id, source.line_id, source.place, source.source_id
