-- List the steps that versions of a rule book took, the newest first.
SELECT
    version,
    step,
    command,
    from_status,
    to_status,
    actor,
    checksum,
    evidence,
    happened_at
FROM decisioning.rule_book_event
WHERE name = %(book)s::text
ORDER BY happened_at DESC, version DESC, step DESC
LIMIT 1000
