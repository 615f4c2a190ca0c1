-- Write what checkouts read of the valve, from the valves themselves.
WITH live AS (
    SELECT
        valve.state,
        jsonb_build_object(
            'valve_id', valve.valve_id, 'stage', valve.stage, 'share_ppm', valve.share_ppm, 'most_minor', valve.most_minor,
            'plans', valve.plans, 'segment', valve.segment, 'until_on', valve.until_on
        ) AS terms
    FROM risk.valve
    WHERE valve.state IN ('acting', 'rehearsed')
)

UPDATE risk.valve_state
SET
    acting = (SELECT live.terms FROM live WHERE live.state = 'acting'),
    rehearsed = (SELECT live.terms FROM live WHERE live.state = 'rehearsed')
WHERE book = 1
