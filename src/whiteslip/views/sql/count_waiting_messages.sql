-- Count the messages that are not sent yet, those that may be sent now, and since when the first of these could have been.
SELECT
    count(*) AS messages,
    count(*) FILTER (WHERE not_before <= %(at)s::timestamptz) AS due,
    min(not_before) FILTER (WHERE not_before <= %(at)s::timestamptz) AS due_since
FROM care.message
WHERE status IN ('queued', 'sending')
