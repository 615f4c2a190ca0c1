-- Let one transaction at a time say something of a person's consents; numbers come sorted, so two batches meet in one order.
SELECT pg_advisory_xact_lock(hashtextextended('privacy ' || person.customer_id, 0))
FROM unnest(%(customer_ids)b::bigint[]) AS person (customer_id)
