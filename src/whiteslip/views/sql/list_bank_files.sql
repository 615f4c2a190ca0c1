-- List the bank's files that were taken, the latest first, each with what its report counted.
SELECT
    report ->> 'message_id' AS message_id, taken_at, (report ->> 'results')::integer AS results, (report ->> 'unread')::integer AS unread
FROM money.bank_file
ORDER BY taken_at DESC, digest ASC
LIMIT %(limit)s::integer
