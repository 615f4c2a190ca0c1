-- Append the next step of a version; the name's lock is held, so the number is free.
INSERT INTO decisioning.rule_book_event (
    name, version, step, command, from_status, to_status, actor, checksum, evidence, happened_at
)
SELECT
    %(book)s, %(version)s::integer, coalesce(max(event.step), 0) + 1, %(command)s, %(before)s, %(after)s, %(actor)s, %(checksum)s,
    %(evidence)s::jsonb, %(at)s::timestamptz
FROM decisioning.rule_book_event AS event
WHERE event.name = %(book)s AND event.version = %(version)s::integer
