-- Let late fees stand still from a day on: of whole lines, or of one purchase each; one that stands still already is left alone.
-- What was charged up to charged_on stays charged: held_from is the first day spared.
INSERT INTO money.fee_pause (customer_id, pause_id, line_id, purchase_id, starts_on, ends_on, reason, held_from, held_until)
SELECT pause.customer_id, pause.pause_id, pause.line_id, pause.purchase_id, pause.starts_on, pause.ends_on, pause.reason,
    greatest(pause.starts_on, pause.charged_on + 1), pause.ends_on
FROM unnest(
    %(customer_ids)b::bigint[], %(pause_ids)b::bigint[], %(line_ids)b::bigint[], %(purchase_ids)b::bigint[], %(starts_ons)b::date[], %(ends_ons)b::date[],
    %(reasons)b::text[], %(charged_ons)b::date[]
) AS pause (customer_id, pause_id, line_id, purchase_id, starts_on, ends_on, reason, charged_on)
ON CONFLICT (customer_id, pause_id) DO NOTHING
