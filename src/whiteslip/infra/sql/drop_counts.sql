-- Drop what was answered at checkout before an instant.
DELETE FROM infra.service_count
WHERE minute < %(before)s::timestamptz
