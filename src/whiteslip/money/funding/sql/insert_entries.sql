-- Keep entries of cash, commitments and the floor, in the order they were made.
INSERT INTO money.funding_entry (kind, name, amount_minor, from_on, until_on, entered_by, note, entered_at)
SELECT entry.kind, entry.name, entry.amount_minor, entry.from_on, entry.until_on, entry.entered_by, entry.note, %(at)s::timestamptz
FROM unnest(
    %(kinds)b::text[], %(names)b::text[], %(amounts_minor)b::bigint[], %(from_ons)b::date[], %(until_ons)b::date[], %(entered_by)b::text[],
    %(notes)b::text[]
) WITH ORDINALITY AS entry (kind, name, amount_minor, from_on, until_on, entered_by, note, place)
ORDER BY entry.place
RETURNING entry_id
