-- Find the attempts at contact points since an instant that reached their person, or may have.
SELECT attempt.customer_id, attempt.contact_id, attempt.begun_at
FROM unnest(%(customer_ids)b::bigint[], %(contact_ids)b::bigint[]) AS wanted (customer_id, contact_id)
INNER JOIN care.message_attempt AS attempt ON attempt.customer_id = wanted.customer_id AND attempt.contact_id = wanted.contact_id
LEFT JOIN care.message_answer AS answer
    ON
        answer.customer_id = attempt.customer_id
        AND answer.notice_id = attempt.notice_id
        AND answer.contact_id = attempt.contact_id
        AND answer.attempt = attempt.attempt
WHERE attempt.begun_at >= %(since)s::timestamptz AND (answer.outcome IS NULL OR answer.outcome = ANY(%(reached)b::text[]))
