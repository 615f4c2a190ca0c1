-- List the evidence of a case as it was frozen, the first hundred pieces.
SELECT kept.piece, kept.subject_type, kept.subject_id, kept.kept_on, kept.evidence
FROM risk.review_evidence AS kept
WHERE kept.customer_id = %(customer_id)s AND kept.case_id = %(case_id)s
ORDER BY kept.piece
LIMIT 100
