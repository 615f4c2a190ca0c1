-- Find the live version of a model, without its body.
SELECT
    version,
    kind,
    checksum
FROM decisioning.model
WHERE name = %(name)s AND status = 'live'
