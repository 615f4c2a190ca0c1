-- Make a version live, writing it if it is new; an older version becomes live again, which is the rollback.
INSERT INTO decisioning.rule_book (name, version, body, checksum, status, published_at)
VALUES (%(book)s, %(version)s::integer, %(body)s, %(checksum)s, 'live', %(at)s::timestamptz)
ON CONFLICT (name, version) DO UPDATE SET status = 'live', published_at = excluded.published_at
