-- Find one version of a model, without its body.
SELECT
    name, version, kind, checksum, status, fitted_on, figures, drafted_by, drafted_at, approved_by, approved_at
FROM decisioning.model
WHERE name = %(name)s AND version = %(version)s::integer
