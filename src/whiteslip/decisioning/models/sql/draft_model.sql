-- Register a version that is new; its body will never change.
INSERT INTO decisioning.model (
    name, version, kind, body, checksum, status, fitted_on, figures, drafted_by, drafted_at
)
VALUES (
    %(name)s, %(version)s::integer, %(kind)s, %(body)s, %(checksum)s, 'draft', %(fitted_on)s::date, %(figures)s::jsonb, %(by)s, %(at)s::timestamptz
)
