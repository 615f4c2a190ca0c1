-- Read the body of one version.
SELECT
    kind,
    checksum,
    body
FROM decisioning.model
WHERE name = %(name)s AND version = %(version)s::integer
