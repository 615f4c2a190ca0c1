-- Take applications in, with the first event of each.
WITH received AS (
    INSERT INTO credit.application (
        customer_id, application_id, requested_minor, income_minor, obligations_minor, rent_minor, received_at, ready_at, received_on, expires_on,
        birth_on, statement_day, may_inquire, may_automate, status, product, name, id_hash, id_last4, received_from, device_hash, phone_hash,
        address_hash, card_hash, ip_hash
    )
    SELECT
        new.customer_id, new.application_id, new.requested_minor, new.income_minor, new.obligations_minor, new.rent_minor, %(at)s::timestamptz,
        CASE WHEN NOT new.may_inquire THEN %(at)s::timestamptz END, %(received_on)s::date, %(expires_on)s::date, new.birth_on, new.statement_day,
        new.may_inquire, new.may_automate, 'received', new.product, new.name, new.id_hash, new.id_last4, new.received_from, new.device_hash,
        new.phone_hash, new.address_hash, new.card_hash, new.ip_hash
    FROM unnest(
        %(customer_ids)b::bigint[], %(application_ids)b::bigint[], %(requested_minor)b::bigint[], %(income_minor)b::bigint[],
        %(obligations_minor)b::bigint[], %(rent_minor)b::bigint[], %(birth_ons)b::date[], %(statement_days)b::smallint[], %(may_inquire)b::boolean[],
        %(may_automate)b::boolean[], %(products)b::text[], %(names)b::text[], %(id_hashes)b::bytea[], %(id_last4)b::text[], %(actors)b::text[],
        %(device_hashes)b::text[], %(phone_hashes)b::text[], %(address_hashes)b::text[],
        %(card_hashes)b::text[], %(ip_hashes)b::text[]
    ) AS new (
        customer_id, application_id, requested_minor, income_minor, obligations_minor, rent_minor, birth_on, statement_day, may_inquire, may_automate,
        product, name, id_hash, id_last4, received_from, device_hash, phone_hash, address_hash, card_hash, ip_hash
    )
    RETURNING customer_id, application_id, received_from
)

INSERT INTO credit.application_event (customer_id, application_id, step, from_status, to_status, actor, happened_on, happened_at)
SELECT customer_id, application_id, 1, 'none', 'received', received_from, %(received_on)s::date, %(at)s::timestamptz
FROM received
