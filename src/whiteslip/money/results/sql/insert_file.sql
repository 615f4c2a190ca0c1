-- Take a file of results, once by its content; another taker of the same file waits here, and finds that it was taken.
INSERT INTO money.bank_file (bank, digest, taken_at, report)
VALUES (%(bank)s::text, %(digest)s::bytea, %(at)s::timestamptz, '{}')
ON CONFLICT (bank, digest) DO NOTHING
