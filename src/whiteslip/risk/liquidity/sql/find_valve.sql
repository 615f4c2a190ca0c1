-- Find a valve by its number.
SELECT valve_id, stage, steps, state, days, share_ppm, most_minor, plans, segment, proposed_on, until_on, why
FROM risk.valve
WHERE valve_id = %(valve_id)s::bigint
