-- Let a model of behavior be live on a made book; nobody reads its body.
INSERT INTO decisioning.model (
    name, version, kind, body, checksum, status, fitted_on, figures, drafted_by, drafted_at, approved_by, approved_at
)
VALUES (
    'behavior', 1, 'scorecard', '', '', 'live', %(business_date)s::date - 31, '{}', 'Ann', %(business_date)s::date - 30, 'Bo', %(business_date)s::date - 30
)
