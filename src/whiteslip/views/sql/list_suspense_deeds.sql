-- List what was done with an item of the manual queue, the first first.
SELECT step, deed, way, actor, note, happened_at
FROM money.suspense_event
WHERE item_id = %(item_id)s::bigint
ORDER BY step
