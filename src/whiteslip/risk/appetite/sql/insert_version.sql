-- Keep the text of a version; nothing where there is one under its number.
INSERT INTO risk.appetite (version, body, checksum, drafted_by)
VALUES (%(version)s::integer, %(body)s, %(checksum)s, %(drafted_by)s)
ON CONFLICT (version) DO NOTHING
