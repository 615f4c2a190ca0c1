-- Read the files that answered the inquiries of applications; an application whose inquiry has no answer has no row.
SELECT
    inquiry.customer_id, inquiry.application_id, report.as_of, report.is_right_person, report.is_confirmed, report.is_known,
    report.months_on_file, report.accounts, report.lenders, report.late_months_now, report.late_months_24m, report.worst_late_months,
    report.enquiries_3m, report.enquiries_6m, report.balance_minor, report.monthly_minor, report.card_balance_minor, report.card_limit_minor,
    report.verified_income_minor
FROM unnest(%(customer_ids)b::bigint[], %(application_ids)b::bigint[]) AS wanted (customer_id, application_id)
INNER JOIN credit.bureau_inquiry AS inquiry
    ON inquiry.customer_id = wanted.customer_id AND inquiry.application_id = wanted.application_id AND inquiry.status = 'answered'
INNER JOIN credit.bureau_report AS report ON report.customer_id = inquiry.customer_id AND report.report_id = inquiry.report_id
