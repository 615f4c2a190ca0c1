-- List every version of the rule books, by name, the newest first.
SELECT
    name,
    version,
    status,
    authors,
    approved_by,
    share_ppm,
    proposed_ppm,
    proposed_moved,
    released_by,
    replaced_version,
    published_at,
    checksum
FROM decisioning.rule_book
WHERE %(book)s::text IS NULL OR name = %(book)s::text
ORDER BY name ASC, version DESC
LIMIT 1000
