-- Take complaints in, each with its first event; one about a line the customer does not have is left out.
WITH received AS (
    INSERT INTO care.complaint (
        customer_id, complaint_id, line_id, received_at, due_at, received_on, channel, cause, state, received_from, words
    )
    SELECT
        new.customer_id, new.complaint_id, new.line_id, %(at)s::timestamptz, new.due_at, %(on)s::date, new.channel, new.cause, 'received',
        new.actor, new.words
    FROM unnest(
        %(customer_ids)b::bigint[], %(complaint_ids)b::bigint[], %(line_ids)b::bigint[], %(due_ats)b::timestamptz[], %(channels)b::text[],
        %(causes)b::text[], %(actors)b::text[], %(words)b::text[]
    ) AS new (customer_id, complaint_id, line_id, due_at, channel, cause, actor, words)
    JOIN credit.customer ON new.customer_id = customer.customer_id
    LEFT JOIN money.line ON new.customer_id = line.customer_id AND new.line_id = line.line_id
    WHERE new.line_id IS NULL OR line.line_id IS NOT NULL
    RETURNING customer_id, complaint_id, received_from
),

noted AS (
    INSERT INTO care.complaint_event (customer_id, complaint_id, step, happened_at, from_state, to_state, actor, note)
    SELECT customer_id, complaint_id, 1, %(at)s::timestamptz, 'none', 'received', received_from, ''
    FROM received
)

SELECT customer_id, complaint_id
FROM received
