-- Find which subjects of customers lie in a case already, be it open or closed.
SELECT DISTINCT kept.customer_id, kept.subject_id
FROM risk.review_evidence AS kept
INNER JOIN unnest(%(customer_ids)b::bigint[], %(subject_ids)b::bigint[]) AS wanted (customer_id, subject_id)
    ON kept.customer_id = wanted.customer_id AND kept.subject_id = wanted.subject_id
WHERE kept.subject_type = %(subject_type)s::text
