-- Write installments, numbered in the order given.
INSERT INTO money.installment (
    customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, statement_on, due_on, captured_on, number, kind
)
SELECT
    made.customer_id, nextval('money.number'), made.line_id, made.purchase_id, made.principal_minor, made.fee_minor, made.statement_on, made.due_on,
    made.captured_on, made.number, made.kind
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(purchase_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[],
    %(statement_ons)b::date[], %(due_ons)b::date[], %(captured_ons)b::date[], %(numbers)b::smallint[], %(kinds)b::text[]::money.installment_kind[]
) AS made (customer_id, line_id, purchase_id, principal_minor, fee_minor, statement_on, due_on, captured_on, number, kind)
