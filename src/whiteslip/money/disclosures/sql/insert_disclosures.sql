-- Keep what was agreed to with plans.
INSERT INTO money.disclosure (
    customer_id, purchase_id, principal_minor, fee_minor, shown_at, confirmed_at, disclosed_on, product_id, simple_ppm, compound_ppm, late_fee_ppm, months,
    is_named, by_real_days, version, installments
)
SELECT
    new.customer_id, new.purchase_id, new.principal_minor, new.fee_minor, new.shown_at, new.confirmed_at, new.disclosed_on, new.product_id,
    new.simple_ppm, new.compound_ppm, new.late_fee_ppm, new.months, new.is_named, new.by_real_days, new.version, new.installments
FROM unnest(
    %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(shown_ats)b::timestamptz[],
    %(confirmed_ats)b::timestamptz[], %(disclosed_ons)b::date[], %(product_ids)b::integer[], %(simple_ppm)b::integer[], %(compound_ppm)b::integer[],
    %(late_fees_ppm)b::integer[], %(months)b::smallint[], %(are_named)b::boolean[], %(by_real_days)b::boolean[], %(versions)b::text[],
    %(installments)b::jsonb[]
) AS new (
    customer_id, purchase_id, principal_minor, fee_minor, shown_at, confirmed_at, disclosed_on, product_id, simple_ppm, compound_ppm, late_fee_ppm, months,
    is_named, by_real_days, version, installments
)
