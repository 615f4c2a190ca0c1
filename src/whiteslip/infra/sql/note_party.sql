-- Keep how an outside party stands; a silence seen before, by this process or another one, goes on from when it began.
INSERT INTO infra.outside_party AS party (party, address, heard_at, silent_since, failure, detail, noted_at)
VALUES (%(party)s, %(address)s, %(heard_at)s, %(silent_since)s, %(failure)s, %(detail)s, %(at)s)
ON CONFLICT (party) DO UPDATE SET
    address = excluded.address,
    heard_at = greatest(party.heard_at, excluded.heard_at),
    silent_since = CASE WHEN excluded.silent_since IS NOT NULL THEN least(party.silent_since, excluded.silent_since) END,
    failure = excluded.failure,
    detail = excluded.detail,
    noted_at = excluded.noted_at
