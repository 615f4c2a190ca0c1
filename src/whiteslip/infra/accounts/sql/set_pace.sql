-- Set how often a subject failed and until when its next try waits.
UPDATE infra.sign_in_pace
SET failures = %(failures)s, failed_at = %(at)s, waits_until = %(waits_until)s
WHERE subject = %(subject)s
