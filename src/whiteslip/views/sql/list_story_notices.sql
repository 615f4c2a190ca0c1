-- List what the owner of a line was told, in the words they were told it.
SELECT notice.notice_id, notice.kind, notice.noticed_on, notice.noticed_at, notice.text_zh, notice.text_en
FROM care.notice
WHERE notice.customer_id = %(customer_id)s AND notice.line_id = %(line_id)s
ORDER BY notice.notice_id
