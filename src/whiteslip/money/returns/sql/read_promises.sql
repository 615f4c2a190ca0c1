-- What refunds still owe to the sources of some lines, which are locked.
SELECT
    refund_return.customer_id, refund_return.refund_id, refund_return.repayment_id, refund_return.line_id, refund_return.amount_minor,
    refund_return.paid_out_minor, repayment.method
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.refund_return
    ON
        refund_return.customer_id = wanted.customer_id
        AND refund_return.line_id = wanted.line_id
        AND refund_return.paid_out_minor < refund_return.amount_minor
INNER JOIN money.repayment
    ON repayment.customer_id = refund_return.customer_id AND repayment.repayment_id = refund_return.repayment_id
