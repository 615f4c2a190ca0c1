-- Keep who did what with an item.
INSERT INTO money.suspense_event (item_id, step, deed, way, payer_id, line_id, actor, note, happened_at)
VALUES (
    %(item_id)s::bigint, %(step)s::integer, %(deed)s::text, %(way)s::text, %(payer_id)s::bigint, %(line_id)s::bigint, %(actor)s::text,
    %(note)s::text, %(at)s::timestamptz
)
