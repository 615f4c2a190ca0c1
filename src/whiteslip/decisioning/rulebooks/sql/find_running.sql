-- Find what judges now: the live version of a book, its challenger and the version in shadow, without their bodies.
SELECT
    status,
    version,
    checksum,
    share_ppm
FROM decisioning.rule_book
WHERE name = %(book)s AND status IN ('live', 'challenger', 'shadow')
