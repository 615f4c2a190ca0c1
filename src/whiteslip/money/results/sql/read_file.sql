-- Read what was answered to a file.
SELECT report::text AS report
FROM money.bank_file
WHERE bank = %(bank)s::text AND digest = %(digest)s::bytea
