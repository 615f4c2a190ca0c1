-- Lock the valves that are not over, in order, until the transaction ends.
SELECT valve_id, stage, steps, state, days, share_ppm, most_minor, plans, segment, proposed_on, until_on, why
FROM risk.valve
WHERE state IN ('proposed', 'rehearsed', 'acting')
ORDER BY valve_id
FOR UPDATE
