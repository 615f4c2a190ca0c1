-- Write down who approved a draft. Lock order: the name's lock, then this row.
UPDATE decisioning.model SET approved_by = %(by)s, approved_at = %(at)s::timestamptz
WHERE name = %(name)s AND version = %(version)s::integer AND status = 'draft' AND approved_by IS NULL
