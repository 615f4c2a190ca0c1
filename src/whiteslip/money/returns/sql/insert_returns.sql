-- Keep what refunds owe to sources.
INSERT INTO money.refund_return (customer_id, refund_id, repayment_id, line_id, amount_minor)
SELECT new.customer_id, new.refund_id, new.repayment_id, new.line_id, new.amount_minor
FROM unnest(
    %(customer_ids)b::bigint[], %(refund_ids)b::bigint[], %(repayment_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[]
) AS new (customer_id, refund_id, repayment_id, line_id, amount_minor)
