-- Write the body of a version, or another one while it is not approved.
INSERT INTO decisioning.rule_book (name, version, body, checksum, status, authors)
VALUES (%(book)s, %(version)s::integer, %(body)s, %(checksum)s, 'draft', %(authors)b::text[])
ON CONFLICT (name, version) DO UPDATE
    SET body = excluded.body, checksum = excluded.checksum
    WHERE rule_book.status IN ('draft', 'validated', 'backtested')
