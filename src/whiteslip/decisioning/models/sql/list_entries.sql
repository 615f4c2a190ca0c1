-- List every version of every model, or of one name, without bodies: names in order, the newest version first.
SELECT
    name, version, kind, checksum, status, fitted_on, figures, drafted_by, drafted_at, approved_by, approved_at
FROM decisioning.model
WHERE name = %(name)s OR %(name)s IS NULL
ORDER BY name ASC, version DESC
