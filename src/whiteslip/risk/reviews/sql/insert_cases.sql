-- Open cases, each with its first event; where the customer has an open case of the kind, nothing is opened. Rows come sorted, so that concurrent
-- batches meet in one order.
WITH opened AS (
    INSERT INTO risk.review_case (
        customer_id, case_id, subject_id, line_id, opened_at, due_at, opened_on, priority, kind, subject_type, state, barred
    )
    SELECT
        new.customer_id, new.case_id, new.subject_id, new.line_id, %(at)s::timestamptz, new.due_at, %(on)s::date, new.priority, new.kind,
        new.subject_type, 'open', new.barred
    FROM unnest(
        %(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(subject_ids)b::bigint[], %(line_ids)b::bigint[], %(due_ats)b::timestamptz[],
        %(priorities)b::smallint[], %(kinds)b::text[], %(subject_types)b::text[], %(barred)b::jsonb[]
    ) AS new (customer_id, case_id, subject_id, line_id, due_at, priority, kind, subject_type, barred)
    ON CONFLICT (customer_id, kind) WHERE state IN ('open', 'taken') DO NOTHING
    RETURNING customer_id, case_id
),

noted AS (
    INSERT INTO risk.review_event (customer_id, case_id, step, happened_at, command, from_state, to_state, actor, note)
    SELECT opened.customer_id, opened.case_id, 1, %(at)s::timestamptz, 'open', 'none', 'open', new.actor, ''
    FROM opened
    JOIN unnest(%(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(actors)b::text[]) AS new (customer_id, case_id, actor)
        ON opened.customer_id = new.customer_id AND opened.case_id = new.case_id
)

SELECT customer_id, case_id
FROM opened
