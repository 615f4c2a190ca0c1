-- Let nobody be restricted on all lines before this transaction ends, so that a line it opens is not left out; openings do not wait for one another.
SELECT pg_advisory_xact_lock_shared(hashtextextended('risk.restriction for a customer', 0))
