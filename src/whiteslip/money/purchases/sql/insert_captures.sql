-- Keep captures.
INSERT INTO money.capture (customer_id, capture_id, purchase_id, amount_minor, captured_on, captured_at)
SELECT new.customer_id, new.capture_id, new.purchase_id, new.amount_minor, %(captured_on)s::date, %(captured_at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(capture_ids)b::bigint[], %(purchase_ids)b::bigint[], %(amounts_minor)b::bigint[]
) AS new (customer_id, capture_id, purchase_id, amount_minor)
