-- Append changes of caps.
INSERT INTO care.cap_change (customer_id, change_id, amount_minor, asked_at, effective_at, wait_hours, kind, actor)
SELECT new.customer_id, new.change_id, new.amount_minor, new.asked_at, new.effective_at, new.wait_hours, new.kind, new.actor
FROM unnest(
    %(customer_ids)b::bigint[], %(change_ids)b::bigint[], %(kinds)b::text[], %(amounts_minor)b::bigint[], %(wait_hours)b::integer[],
    %(asked_ats)b::timestamptz[], %(effective_ats)b::timestamptz[], %(actors)b::text[]
) AS new (customer_id, change_id, kind, amount_minor, wait_hours, asked_at, effective_at, actor)
