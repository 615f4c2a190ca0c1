-- Keep what is answered to a file.
UPDATE money.bank_file
SET report = %(report)s::jsonb
WHERE bank = %(bank)s::text AND digest = %(digest)s::bytea
