-- Let nobody else publish an agreement before this transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('credit.agreement', 0))
