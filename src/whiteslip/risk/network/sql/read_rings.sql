-- Read the rings people were shown, the evidence as it was then, and whether the case is still open.
SELECT ring.customer_id, ring.ring_id, ring.evidence, coalesce(review_case.state IN ('open', 'taken'), FALSE) AS is_open
FROM risk.ring
LEFT JOIN risk.review_case ON review_case.customer_id = ring.customer_id AND review_case.case_id = ring.case_id
ORDER BY ring.customer_id, ring.ring_id
