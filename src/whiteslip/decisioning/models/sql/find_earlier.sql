-- Find the newest retired version before one that was live once: where a rollback leads.
SELECT max(model.version) AS version
FROM decisioning.model
WHERE
    model.name = %(name)s
    AND model.version < %(version)s::integer
    AND model.status = 'retired'
    AND EXISTS (
        SELECT 1 FROM decisioning.model_event
        WHERE model_event.name = model.name AND model_event.version = model.version AND model_event.to_status = 'live'
    )
