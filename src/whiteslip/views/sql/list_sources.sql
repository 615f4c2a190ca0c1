-- List the sources of a line: those that may be asked first, in their order.
SELECT
    customer_id, source_id, line_id, place, kind, label, account, holder, mandate, given_at, added_on, stopped_on, stop_reason
FROM money.payment_source
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint
ORDER BY stopped_at IS NOT NULL, place, source_id
