-- Keep what a relief makes due by when, installment by installment: by these it is told whether it is kept.
INSERT INTO care.relief_due (customer_id, relief_id, installment_id, amount_minor, due_on)
SELECT due.customer_id, due.relief_id, due.installment_id, due.amount_minor, due.due_on
FROM unnest(
    %(customer_ids)b::bigint[], %(relief_ids)b::bigint[], %(installment_ids)b::bigint[], %(amounts_minor)b::bigint[], %(due_ons)b::date[]
) AS due (customer_id, relief_id, installment_id, amount_minor, due_on)
