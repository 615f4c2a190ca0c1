-- Note which charges a waiver takes back; a charge is taken back once.
INSERT INTO money.waived_fee (customer_id, movement_id, waiver_id, amount_minor)
SELECT new.customer_id, new.movement_id, %(waiver_id)s::bigint, new.amount_minor
FROM unnest(%(customer_ids)b::bigint[], %(movement_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS new (customer_id, movement_id, amount_minor)
