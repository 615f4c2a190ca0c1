-- Read decisions as they were taken.
SELECT
    decision.customer_id, decision.decision_id, decision.book, decision.book_version, decision.outcome, decision.fired, decision.unknown,
    decision.facts, decision.reasons, decision.scores, decision.decided_on, decision.decided_at
FROM unnest(%(customer_ids)b::bigint[], %(decision_ids)b::bigint[]) AS wanted (customer_id, decision_id)
INNER JOIN decisioning.decision ON decision.customer_id = wanted.customer_id AND decision.decision_id = wanted.decision_id
ORDER BY decision.customer_id, decision.decision_id
