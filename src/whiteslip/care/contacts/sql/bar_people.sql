-- Let one transaction at a time change a person's contact points; the numbers come sorted, so two batches meet in one order.
SELECT pg_advisory_xact_lock(hashtextextended('contacts of ' || person.customer_id, 0))
FROM unnest(%(customer_ids)b::bigint[]) AS person (customer_id)
