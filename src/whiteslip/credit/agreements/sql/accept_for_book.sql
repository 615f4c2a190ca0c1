-- Accept a version for all lines, and applications not decided, that came without any: the owner of the book answers for it.
INSERT INTO credit.acceptance (customer_id, subject_id, accepted_at, accepted_on, agreement_id, subject, how, actor)
SELECT bare.customer_id, bare.subject_id, %(accepted_at)s::timestamptz, bare.since_on, %(agreement_id)s::integer, bare.subject, 'book', %(actor)s::text
FROM (
    SELECT line.customer_id, line.line_id AS subject_id, line.opened_on AS since_on, 'line' AS subject
    FROM money.line
    UNION ALL
    SELECT application.customer_id, application.application_id, application.received_on, 'application'
    FROM credit.application
    WHERE application.status IN ('received', 'inquiring', 'referred')
) AS bare
WHERE
    NOT EXISTS (
        SELECT FROM credit.acceptance AS accepted WHERE accepted.customer_id = bare.customer_id AND accepted.subject_id = bare.subject_id
    )
ON CONFLICT (customer_id, subject_id, agreement_id) DO NOTHING
