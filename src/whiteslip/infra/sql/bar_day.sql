-- Wait until nobody holds the business date, and let nobody take it until this transaction ends.
SELECT pg_advisory_xact_lock(20131, 0)
