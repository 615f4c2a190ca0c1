-- Take appeals in, each with its first event; a decision that is under appeal already is not taken in twice.
WITH received AS (
    INSERT INTO care.appeal (
        customer_id, appeal_id, subject_id, line_id, application_id, received_at, due_at, received_on, form, subject_type, state, received_from,
        words, wants, attachments, decided_by_before
    )
    SELECT
        new.customer_id, new.appeal_id, new.subject_id, new.line_id, new.application_id, %(at)s::timestamptz, new.due_at, %(on)s::date, new.form,
        new.subject_type, 'received', new.actor, new.words, new.wants, new.attachments, new.decided_by_before
    FROM unnest(
        %(customer_ids)b::bigint[], %(appeal_ids)b::bigint[], %(subject_ids)b::bigint[], %(line_ids)b::bigint[], %(application_ids)b::bigint[],
        %(due_ats)b::timestamptz[], %(forms)b::text[], %(subject_types)b::text[], %(actors)b::text[], %(words)b::text[], %(wants)b::text[],
        %(attachments)b::text[], %(deciders)b::jsonb[]
    ) AS new (
        customer_id, appeal_id, subject_id, line_id, application_id, due_at, form, subject_type, actor, words, wants, attachments, decided_by_before
    )
    ON CONFLICT (customer_id, subject_type, subject_id) WHERE state IN ('received', 'in_review') DO NOTHING
    RETURNING customer_id, appeal_id, received_from
),

noted AS (
    INSERT INTO care.appeal_event (customer_id, appeal_id, step, happened_at, from_state, to_state, actor, note)
    SELECT customer_id, appeal_id, 1, %(at)s::timestamptz, 'none', 'received', received_from, ''
    FROM received
)

SELECT customer_id, appeal_id
FROM received
