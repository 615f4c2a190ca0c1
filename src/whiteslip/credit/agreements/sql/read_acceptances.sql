-- Read what was accepted for lines or applications, the oldest first.
SELECT
    accepted.customer_id, accepted.subject_id, accepted.subject, accepted.agreement_id, accepted.accepted_on, accepted.accepted_at, accepted.how,
    accepted.actor
FROM unnest(%(customer_ids)b::bigint[], %(subject_ids)b::bigint[]) AS wanted (customer_id, subject_id)
INNER JOIN credit.acceptance AS accepted ON accepted.customer_id = wanted.customer_id AND accepted.subject_id = wanted.subject_id
ORDER BY accepted.customer_id, accepted.subject_id, accepted.agreement_id
