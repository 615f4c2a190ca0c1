-- Read the steps of valves, in order.
SELECT valve_id, step, command, state, actor, note, happened_at
FROM risk.valve_step
WHERE valve_id = any(%(valve_ids)b::bigint[])
ORDER BY valve_id, step
