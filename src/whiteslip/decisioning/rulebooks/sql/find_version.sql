-- Find one version of a book.
SELECT
    checksum,
    status
FROM decisioning.rule_book
WHERE name = %(book)s AND version = %(version)s::integer
