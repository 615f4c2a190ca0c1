-- Let one publisher of a book act at a time, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('rule_book ' || %(book)s, 0))
