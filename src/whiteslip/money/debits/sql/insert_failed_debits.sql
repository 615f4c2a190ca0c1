-- Keep failed debits.
INSERT INTO money.failed_debit (customer_id, debit_id, line_id, amount_minor, due_on, failed_on, failed_at, failure, reference)
SELECT new.customer_id, new.debit_id, new.line_id, new.amount_minor, new.due_on, new.failed_on, %(at)s::timestamptz, new.failure, new.reference
FROM unnest(
    %(customer_ids)b::bigint[], %(debit_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(due_ons)b::date[], %(failures)b::text[],
    %(refs)b::text[], %(failed_ons)b::date[]
) AS new (customer_id, debit_id, line_id, amount_minor, due_on, failure, reference, failed_on)
