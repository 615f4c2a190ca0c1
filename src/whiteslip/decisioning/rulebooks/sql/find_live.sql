-- Find the live version of a book, without its body.
SELECT
    version,
    checksum
FROM decisioning.rule_book
WHERE name = %(book)s AND status = 'live'
