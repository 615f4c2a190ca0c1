-- Let one person change the appetite, or pass a limit of it, at a time, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('risk appetite', 0))
