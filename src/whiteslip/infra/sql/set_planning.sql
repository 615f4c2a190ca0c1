-- Change a setting of the planner until this transaction ends.
SELECT set_config(%(setting)s::text, %(value)s::text, TRUE)
