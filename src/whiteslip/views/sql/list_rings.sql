-- The latest rings with how their cases stand.
SELECT
    ring.customer_id, ring.ring_id, ring.case_id, ring.raised_on, ring.score, ring.evidence, review_case.state, review_case.outcome
FROM risk.ring
INNER JOIN risk.review_case ON review_case.customer_id = ring.customer_id AND review_case.case_id = ring.case_id
ORDER BY ring.raised_at DESC, ring.ring_id DESC
LIMIT %(most)s
