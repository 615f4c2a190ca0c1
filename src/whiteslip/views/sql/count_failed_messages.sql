-- Count the messages that were given up since an instant.
SELECT count(*) AS failed FROM care.message
WHERE status = 'failed' AND finished_at >= %(since)s::timestamptz
