-- Keep what came of attempts; the first answer to an attempt holds, one come twice changes nothing.
INSERT INTO care.message_answer (customer_id, notice_id, contact_id, attempt, answered_at, outcome)
SELECT answer.customer_id, answer.notice_id, answer.contact_id, answer.attempt, %(at)s::timestamptz, answer.outcome
FROM unnest(
    %(customer_ids)b::bigint[], %(notice_ids)b::bigint[], %(contact_ids)b::bigint[], %(attempts)b::smallint[], %(outcomes)b::text[]
) AS answer (customer_id, notice_id, contact_id, attempt, outcome)
ON CONFLICT DO NOTHING
