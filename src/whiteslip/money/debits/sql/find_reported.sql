-- Find the failed debits reported before under references of customers.
SELECT
    failed_debit.customer_id, failed_debit.debit_id, failed_debit.line_id, failed_debit.amount_minor, failed_debit.due_on, failed_debit.failure,
    failed_debit.reference, failed_debit.failed_on
FROM unnest(%(customer_ids)b::bigint[], %(refs)b::text[]) AS asked (customer_id, reference)
INNER JOIN money.failed_debit ON failed_debit.customer_id = asked.customer_id AND failed_debit.reference = asked.reference
