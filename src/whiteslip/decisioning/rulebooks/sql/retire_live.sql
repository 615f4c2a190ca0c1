-- Retire the live version of a book. Lock order: the name's lock, then this row.
UPDATE decisioning.rule_book SET status = 'retired'
WHERE name = %(book)s AND status = 'live'
