-- List what accounts did and what was done to them, the latest first.
SELECT event_id, account_id, kind, actor, address, detail, happened_at
FROM infra.account_event
WHERE event_id < %(before)s
ORDER BY event_id DESC
LIMIT %(limit)s
