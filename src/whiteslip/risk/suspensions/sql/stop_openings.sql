-- Let nobody open a line before this transaction ends, so that a restriction of all lines of a customer leaves none out.
SELECT pg_advisory_xact_lock(hashtextextended('risk.restriction for a customer', 0))
