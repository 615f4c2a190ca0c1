-- Plan further tries of collections.
INSERT INTO money.collection_try (
    customer_id, try_id, collection_id, line_id, source_id, amount_minor, due_on, try_on, try_from, number, slot
)
SELECT
    new.customer_id, new.try_id, new.collection_id, new.line_id, new.source_id, new.amount_minor, new.due_on, new.try_on, new.try_from, new.number,
    new.slot
FROM unnest(
    %(customer_ids)b::bigint[], %(try_ids)b::bigint[], %(collection_ids)b::bigint[], %(line_ids)b::bigint[], %(source_ids)b::bigint[],
    %(amounts_minor)b::bigint[], %(due_ons)b::date[], %(try_ons)b::date[], %(try_froms)b::text[]::time[], %(numbers)b::smallint[],
    %(slots)b::smallint[]
) AS new (customer_id, try_id, collection_id, line_id, source_id, amount_minor, due_on, try_on, try_from, number, slot)
