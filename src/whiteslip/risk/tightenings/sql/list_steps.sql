-- List the steps of a tightening, in order.
SELECT step, command, state, actor, note, happened_on, happened_at, facts
FROM risk.tightening_step
WHERE tightening_id = %(tightening_id)s::integer
ORDER BY step
