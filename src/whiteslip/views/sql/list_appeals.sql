-- List a customer's appeals, or one of them, with the latest notice about each, the newest first.
SELECT
    appeal.customer_id, appeal.appeal_id, appeal.case_id, appeal.form, appeal.subject_type, appeal.subject_id, appeal.state, appeal.words,
    appeal.wants, appeal.attachments, appeal.received_on, appeal.due_at, appeal.outcome, appeal.answer, appeal.decided_on,
    notice.text_zh, notice.text_en
FROM care.appeal
CROSS JOIN LATERAL (
    SELECT told.text_zh, told.text_en
    FROM care.notice AS told
    WHERE told.customer_id = appeal.customer_id AND told.matter_id = appeal.appeal_id
    ORDER BY told.notice_id DESC
    LIMIT 1
) AS notice
WHERE
    appeal.customer_id = %(customer_id)s
    AND (%(appeal_id)s::bigint IS NULL OR appeal.appeal_id = %(appeal_id)s::bigint)
ORDER BY appeal.appeal_id DESC
LIMIT 100
