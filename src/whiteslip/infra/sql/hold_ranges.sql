-- Hold ranges of customers against end of day, in ascending order.
SELECT pg_advisory_xact_lock_shared(20132, range_no::integer)
FROM unnest(%(range_nos)b::bigint[]) AS range_no
