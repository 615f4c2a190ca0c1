-- Show an application with the latest notice about it.
SELECT
    application.customer_id, application.application_id, application.status, application.product, application.requested_minor,
    application.limit_minor, application.line_id, application.received_at, application.finished_at, application.expires_on, application.reasons,
    notice.text_zh, notice.text_en
FROM credit.application
LEFT JOIN LATERAL (
    SELECT told.text_zh, told.text_en
    FROM care.notice AS told
    WHERE told.customer_id = application.customer_id AND told.application_id = application.application_id
    ORDER BY told.notice_id DESC
    LIMIT 1
) AS notice ON TRUE
WHERE application.customer_id = %(customer_id)s AND application.application_id = %(application_id)s
