-- Let one transaction at a time take applications of a person in; hashes come sorted, so two batches meet in one order.
SELECT pg_advisory_xact_lock(hashtextextended('applicant ' || encode(applicant.id_hash, 'hex'), 0))
FROM unnest(%(id_hashes)b::bytea[]) AS applicant (id_hash)
