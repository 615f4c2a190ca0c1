-- Begin the review of the appeals that lie in cases somebody holds, each with its event; the cases are locked before.
WITH begun AS (
    UPDATE care.appeal
    SET state = 'in_review', steps = appeal.steps + 1
    FROM unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(actors)b::text[]) AS held (customer_id, case_id, actor)
    WHERE appeal.customer_id = held.customer_id AND appeal.case_id = held.case_id AND appeal.state = 'received'
    RETURNING appeal.customer_id, appeal.appeal_id, appeal.steps, held.actor
)

INSERT INTO care.appeal_event (customer_id, appeal_id, step, happened_at, from_state, to_state, actor, note)
SELECT customer_id, appeal_id, steps, %(at)s::timestamptz, 'received', 'in_review', actor, ''
FROM begun
