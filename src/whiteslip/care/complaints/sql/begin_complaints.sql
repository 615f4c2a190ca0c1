-- Begin the review of the complaints that lie in cases somebody holds, each with its event; the cases are locked before.
WITH begun AS (
    UPDATE care.complaint
    SET state = 'in_review', steps = complaint.steps + 1
    FROM unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(actors)b::text[]) AS held (customer_id, case_id, actor)
    WHERE complaint.customer_id = held.customer_id AND complaint.case_id = held.case_id AND complaint.state = 'received'
    RETURNING complaint.customer_id, complaint.complaint_id, complaint.steps, held.actor
)

INSERT INTO care.complaint_event (customer_id, complaint_id, step, happened_at, from_state, to_state, actor, note)
SELECT customer_id, complaint_id, steps, %(at)s::timestamptz, 'received', 'in_review', actor, ''
FROM begun
