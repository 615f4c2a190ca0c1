-- Lock applications for a journey that moves them; keys come sorted, so concurrent batches meet in one order. What another one moved is seen as it is.
UPDATE credit.application
SET turn = application.turn + 1
FROM unnest(%(customer_ids)b::bigint[], %(application_ids)b::bigint[]) AS wanted (customer_id, application_id)
WHERE application.customer_id = wanted.customer_id AND application.application_id = wanted.application_id
RETURNING
    application.customer_id, application.application_id, application.status, application.product, application.statement_day,
    application.requested_minor, application.income_minor, application.obligations_minor, application.rent_minor, application.name,
    application.id_hash, application.id_last4, application.birth_on, application.may_inquire, application.may_automate, application.received_on,
    application.received_from, application.ready_at IS NOT NULL AS is_ready,
    ARRAY(
        SELECT DISTINCT event.actor
        FROM credit.application_event AS event
        WHERE event.customer_id = application.customer_id AND event.application_id = application.application_id AND event.to_status = 'declined'
    ) AS declined_by
