-- Keep the answers of people who want them kept, in the place of their older ones.
INSERT INTO care.budget (
    customer_id, income_minor, rent_minor, debts_minor, fixed_minor, change_minor, cushion_minor, told_at, income_day
)
SELECT
    told.customer_id, told.income_minor, told.rent_minor, told.debts_minor, told.fixed_minor, told.change_minor, told.cushion_minor,
    %(at)s::timestamptz, told.income_day
FROM unnest(
    %(customer_ids)b::bigint[], %(income_minor)b::bigint[], %(income_days)b::smallint[], %(rent_minor)b::bigint[], %(debts_minor)b::bigint[],
    %(fixed_minor)b::bigint[], %(change_minor)b::bigint[], %(cushion_minor)b::bigint[]
) AS told (customer_id, income_minor, income_day, rent_minor, debts_minor, fixed_minor, change_minor, cushion_minor)
ON CONFLICT (customer_id) DO UPDATE SET
    income_minor = excluded.income_minor,
    rent_minor = excluded.rent_minor,
    debts_minor = excluded.debts_minor,
    fixed_minor = excluded.fixed_minor,
    change_minor = excluded.change_minor,
    cushion_minor = excluded.cushion_minor,
    told_at = excluded.told_at,
    income_day = excluded.income_day
