-- Append a step a version took; the name's lock keeps the steps apart.
INSERT INTO decisioning.model_event (name, version, step, command, from_status, to_status, actor, checksum, happened_at)
SELECT
    %(name)s,
    %(version)s::integer,
    coalesce(max(step), 0) + 1,
    %(command)s,
    %(from_status)s,
    %(to_status)s,
    %(by)s,
    %(checksum)s,
    %(at)s::timestamptz
FROM decisioning.model_event
WHERE name = %(name)s AND version = %(version)s::integer
