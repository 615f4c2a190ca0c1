-- Find pieces of evidence that do not fit their checksum, and cases whose pieces are not all there.
SELECT review_case.customer_id, review_case.case_id
FROM risk.review_case
LEFT JOIN risk.review_evidence AS kept ON review_case.customer_id = kept.customer_id AND review_case.case_id = kept.case_id
GROUP BY review_case.customer_id, review_case.case_id, review_case.pieces
HAVING
    count(kept.piece) <> review_case.pieces
    OR count(kept.piece) FILTER (WHERE kept.checksum <> sha256(convert_to(kept.evidence::text, 'UTF8'))) > 0
ORDER BY review_case.customer_id, review_case.case_id
