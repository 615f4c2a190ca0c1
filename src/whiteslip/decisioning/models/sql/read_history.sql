-- Read every step the versions of a model took, in the order they were taken.
SELECT
    version,
    step,
    command,
    from_status,
    to_status,
    actor,
    happened_at
FROM decisioning.model_event
WHERE name = %(name)s
ORDER BY happened_at, version, step
