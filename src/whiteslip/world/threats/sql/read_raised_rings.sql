-- Rings that were shown to people, with their members and what people said of them.
SELECT ring.ring_id, ring.raised_on, ring.score, ring.evidence, review_case.outcome
FROM risk.ring
INNER JOIN risk.review_case ON ring.customer_id = review_case.customer_id AND ring.case_id = review_case.case_id
ORDER BY ring.ring_id
