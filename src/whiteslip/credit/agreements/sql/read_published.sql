-- Read every published version, the newest of each agreement last.
SELECT agreement_id, name, version, terms, published_on, published_at, encode(checksum, 'hex') AS checksum
FROM credit.agreement
ORDER BY name, version
