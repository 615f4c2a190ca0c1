-- List what happened to a case, the last hundred steps, in their order.
SELECT last.step, last.happened_at, last.command, last.from_state, last.to_state, last.actor, last.note
FROM (
    SELECT event.step, event.happened_at, event.command, event.from_state, event.to_state, event.actor, event.note
    FROM risk.review_event AS event
    WHERE event.customer_id = %(customer_id)s AND event.case_id = %(case_id)s
    ORDER BY event.step DESC
    LIMIT 100
) AS last
ORDER BY last.step
