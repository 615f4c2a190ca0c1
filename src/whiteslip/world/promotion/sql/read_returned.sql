-- Whose temporary limit was returned, and whether they had been told of its end before.
SELECT
    granted.customer_id,
    EXISTS(
        SELECT FROM care.notice
        WHERE
            notice.customer_id = granted.customer_id
            AND notice.line_id = granted.line_id
            AND notice.kind = 'temporary_limit_ending'
            AND notice.noticed_on < granted.ends_on
    ) AS told
FROM money.temporary_limit AS granted
WHERE granted.status = 'returned'
ORDER BY granted.customer_id, granted.limit_id
