-- List the entries, the first first.
SELECT entry_id, kind, name, amount_minor, from_on, until_on, entered_by, entered_at, note
FROM money.funding_entry
ORDER BY entry_id
