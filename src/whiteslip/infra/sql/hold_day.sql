-- Hold the business date until this transaction ends; many may hold it at once.
SELECT pg_advisory_xact_lock_shared(20131, 0)
