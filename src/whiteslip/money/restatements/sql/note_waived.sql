-- Note which charges waivers take back.
INSERT INTO money.waived_fee (customer_id, movement_id, waiver_id, amount_minor)
SELECT %(customer_id)s::bigint, taken.movement_id, taken.waiver_id, taken.amount_minor
FROM unnest(%(movement_ids)b::bigint[], %(waiver_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS taken (movement_id, waiver_id, amount_minor)
