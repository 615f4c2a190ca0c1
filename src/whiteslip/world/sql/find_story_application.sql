-- Find the application by which a customer got a line, and what the bureau did with the question about them.
SELECT
    application.application_id, application.status, application.requested_minor, application.limit_minor, application.received_on,
    application.line_id, inquiry.status AS inquiry, report.lenders
FROM credit.application
LEFT JOIN credit.bureau_inquiry AS inquiry
    ON application.customer_id = inquiry.customer_id AND application.application_id = inquiry.application_id
LEFT JOIN credit.bureau_report AS report ON inquiry.customer_id = report.customer_id AND inquiry.report_id = report.report_id
WHERE application.customer_id = %(customer_id)s
ORDER BY application.application_id DESC
LIMIT 1
