-- Note that applications can be decided; those decided or withdrawn meanwhile are left alone.
UPDATE credit.application
SET ready_at = %(at)s::timestamptz
FROM unnest(%(customer_ids)b::bigint[], %(application_ids)b::bigint[]) AS ready (customer_id, application_id)
WHERE
    application.customer_id = ready.customer_id
    AND application.application_id = ready.application_id
    AND application.status IN ('received', 'inquiring')
    AND application.ready_at IS NULL
