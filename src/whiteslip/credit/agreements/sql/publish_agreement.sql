-- Publish a version under the next id.
INSERT INTO credit.agreement (agreement_id, version, published_at, published_on, name, published_by, checksum, terms)
SELECT
    coalesce(max(agreement_id), 0) + 1, %(version)s::integer, %(published_at)s::timestamptz, %(published_on)s::date, %(name)s::text,
    %(published_by)s::text, sha256(convert_to(%(terms)s::text, 'UTF8')), %(terms)s::text
FROM credit.agreement
RETURNING agreement_id
