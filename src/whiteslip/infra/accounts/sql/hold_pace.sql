-- Hold the rows of these subjects, sorted, making those that are missing, so that tries at once are counted one after the other.
INSERT INTO infra.sign_in_pace (subject, failures, failed_at, waits_until)
SELECT subject, 0, %(at)s, %(at)s
FROM unnest(%(subjects)s::text[]) AS subject
ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
RETURNING subject, failures, failed_at, waits_until
