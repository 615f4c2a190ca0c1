-- Read where every version of a book stands, oldest first, without the bodies.
SELECT
    version,
    status,
    checksum,
    authors,
    approved_by,
    share_ppm,
    proposed_ppm,
    proposed_moved,
    released_by,
    replaced_version
FROM decisioning.rule_book
WHERE name = %(book)s
ORDER BY version
