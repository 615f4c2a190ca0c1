-- Name all that lies in cases, each subject once, in the order in which it came.
SELECT kept.customer_id, kept.case_id, kept.subject_type, kept.subject_id
FROM risk.review_evidence AS kept
INNER JOIN unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[]) AS wanted (customer_id, case_id)
    ON kept.customer_id = wanted.customer_id AND kept.case_id = wanted.case_id
GROUP BY kept.customer_id, kept.case_id, kept.subject_type, kept.subject_id
ORDER BY kept.customer_id, kept.case_id, min(kept.piece)
