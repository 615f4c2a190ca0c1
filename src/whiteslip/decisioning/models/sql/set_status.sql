-- Move a version to another status. Lock order: the name's lock, then this row.
UPDATE decisioning.model SET status = %(status)s
WHERE name = %(name)s AND version = %(version)s::integer
