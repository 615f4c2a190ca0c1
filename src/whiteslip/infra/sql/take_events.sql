-- Take the oldest events out of the outbox; those another transaction is delivering are skipped.
DELETE FROM infra.outbox
WHERE outbox_id = ANY(
    ARRAY(
        SELECT waiting.outbox_id
        FROM infra.outbox AS waiting
        ORDER BY waiting.outbox_id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
)
RETURNING outbox_id, topic, customer_id, subject_id, occurred_at
