-- Keep what came, as it came, with the facts read from it or the fault that kept it from being read.
INSERT INTO credit.bureau_report (
    customer_id, report_id, inquiry_id, received_at, received_on, as_of, is_right_person, is_confirmed, is_known, months_on_file,
    accounts, lenders, late_months_now, late_months_24m, worst_late_months, enquiries_3m, enquiries_6m, balance_minor, monthly_minor,
    card_balance_minor, card_limit_minor, verified_income_minor, fault, body_hash, body
)
SELECT
    came.customer_id, came.report_id, came.inquiry_id, %(at)s::timestamptz, %(received_on)s::date, came.as_of, came.is_right_person,
    came.is_confirmed, came.is_known, came.months_on_file, came.accounts, came.lenders, came.late_months_now,
    came.late_months_24m, came.worst_late_months, came.enquiries_3m, came.enquiries_6m, came.balance_minor, came.monthly_minor,
    came.card_balance_minor, came.card_limit_minor, came.verified_income_minor, came.fault, sha256(came.body), came.body
FROM unnest(
    %(customer_ids)b::bigint[], %(report_ids)b::bigint[], %(inquiry_ids)b::bigint[], %(as_of)b::date[], %(is_right_person)b::boolean[],
    %(is_confirmed)b::boolean[], %(is_known)b::boolean[], %(months_on_file)b::integer[], %(accounts)b::integer[],
    %(lenders)b::integer[], %(late_months_now)b::integer[], %(late_months_24m)b::integer[], %(worst_late_months)b::integer[],
    %(enquiries_3m)b::integer[], %(enquiries_6m)b::integer[], %(balance_minor)b::bigint[], %(monthly_minor)b::bigint[],
    %(card_balance_minor)b::bigint[], %(card_limit_minor)b::bigint[], %(verified_income_minor)b::bigint[], %(faults)b::text[], %(bodies)b::bytea[]
) AS came (
    customer_id, report_id, inquiry_id, as_of, is_right_person, is_confirmed, is_known, months_on_file, accounts, lenders,
    late_months_now, late_months_24m, worst_late_months, enquiries_3m, enquiries_6m, balance_minor, monthly_minor, card_balance_minor,
    card_limit_minor, verified_income_minor, fault, body
)
