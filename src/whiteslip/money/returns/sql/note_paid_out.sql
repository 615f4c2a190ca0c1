-- Note what of the returns of refunds has been paid out in all.
UPDATE money.refund_return SET paid_out_minor = paid.paid_out_minor
FROM unnest(%(customer_ids)b::bigint[], %(refund_ids)b::bigint[], %(repayment_ids)b::bigint[], %(paid_out_minor)b::bigint[])
    AS paid (customer_id, refund_id, repayment_id, paid_out_minor)
WHERE
    refund_return.customer_id = paid.customer_id AND refund_return.refund_id = paid.refund_id AND refund_return.repayment_id = paid.repayment_id
