-- Stop sources that are active; keys come sorted, and one that is stopped keeps its reason.
UPDATE money.payment_source AS source
SET stopped_at = %(at)s::timestamptz, stopped_on = %(on)s::date, stop_reason = stop.reason
FROM unnest(%(customer_ids)b::bigint[], %(source_ids)b::bigint[], %(reasons)b::text[]) AS stop (customer_id, source_id, reason)
WHERE source.customer_id = stop.customer_id AND source.source_id = stop.source_id AND source.stopped_at IS NULL
