-- Let one person at a time change the versions of a model's name, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('model ' || %(name)s, 0))
