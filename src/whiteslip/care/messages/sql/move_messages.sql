-- Move messages that are where they were seen, and note an attempt of each that begins to be sent; returns those moved.
WITH moved AS (
    UPDATE care.message
    SET
        status = move.after,
        tries = message.tries + CASE WHEN move.after = 'sending' THEN 1 ELSE 0 END,
        not_before = coalesce(move.not_before, message.not_before),
        finished_at = CASE WHEN move.not_before IS NULL THEN %(at)s::timestamptz END,
        why = move.why
    FROM unnest(
        %(customer_ids)b::bigint[], %(notice_ids)b::bigint[], %(contact_ids)b::bigint[], %(before)b::text[], %(tries)b::smallint[],
        %(after)b::text[], %(not_befores)b::timestamptz[], %(whys)b::text[]
    ) AS move (customer_id, notice_id, contact_id, before, tries, after, not_before, why)
    WHERE
        message.customer_id = move.customer_id
        AND message.notice_id = move.notice_id
        AND message.contact_id = move.contact_id
        AND message.status = move.before
        AND message.tries = move.tries
    RETURNING message.customer_id, message.notice_id, message.contact_id, message.tries, message.status
),

begun AS (
    INSERT INTO care.message_attempt (customer_id, notice_id, contact_id, attempt, begun_at)
    SELECT customer_id, notice_id, contact_id, tries, %(at)s::timestamptz
    FROM moved
    WHERE status = 'sending'
)

SELECT customer_id, notice_id, contact_id FROM moved
