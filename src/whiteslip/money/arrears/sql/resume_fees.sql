-- Let late fees go on from a day on; what stood still until then is not made up for.
-- What was spared up to charged_on stays spared: held_until is the first day charged.
UPDATE money.fee_pause
SET
    ends_on = greatest(fee_pause.starts_on, ending.ends_on),
    held_until = greatest(fee_pause.starts_on, ending.ends_on, ending.charged_on + 1)
FROM unnest(%(customer_ids)b::bigint[], %(pause_ids)b::bigint[], %(ends_ons)b::date[], %(charged_ons)b::date[])
    AS ending (customer_id, pause_id, ends_on, charged_on)
WHERE
    fee_pause.customer_id = ending.customer_id
    AND fee_pause.pause_id = ending.pause_id
    AND (fee_pause.ends_on IS NULL OR fee_pause.ends_on > ending.ends_on)
