-- Add events of one topic to the outbox.
INSERT INTO infra.outbox (topic, customer_id, subject_id, occurred_at)
SELECT %(topic)s, event.customer_id, event.subject_id, %(at)s
FROM unnest(%(customer_ids)b::bigint [], %(subject_ids)b::bigint []) AS event (customer_id, subject_id)
