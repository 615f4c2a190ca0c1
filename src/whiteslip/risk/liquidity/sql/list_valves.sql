-- List the valves, the newest first.
SELECT valve_id, stage, steps, state, days, share_ppm, most_minor, plans, segment, proposed_on, until_on, why
FROM risk.valve
ORDER BY valve_id DESC
LIMIT %(most)s::integer
