-- Read a setting of the planner as it is now.
SELECT current_setting(%(setting)s::text) AS value
