-- Show a complaint with the latest notice about it.
SELECT
    complaint.customer_id, complaint.complaint_id, complaint.case_id, complaint.line_id, complaint.channel, complaint.cause, complaint.state,
    complaint.words, complaint.received_on, complaint.due_at, complaint.found_cause, complaint.redress, complaint.answer, complaint.answered_on,
    notice.text_zh, notice.text_en
FROM care.complaint
CROSS JOIN LATERAL (
    SELECT told.text_zh, told.text_en
    FROM care.notice AS told
    WHERE told.customer_id = complaint.customer_id AND told.matter_id = complaint.complaint_id
    ORDER BY told.notice_id DESC
    LIMIT 1
) AS notice
WHERE complaint.customer_id = %(customer_id)s AND complaint.complaint_id = %(complaint_id)s
