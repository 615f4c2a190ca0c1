-- Append how many accounts a part of a run moved.
INSERT INTO decisioning.rule_book_run (name, run_on, version, accounts, moved)
VALUES (%(book)s, %(run_on)s::date, %(version)s::integer, %(accounts)s::integer, %(moved)s::integer)
