-- Let one transaction at a time look at a range of customers; held until it ends.
SELECT pg_advisory_xact_lock(hashtextextended('risk.signs', %(first)s::bigint)) IS NULL AS is_held
