-- The repayments that paid principal of some purchases, less what refunds of the same purchase owe them already; their lines are locked.
SELECT paid.customer_id, paid.purchase_id, paid.repayment_id, repayment.method, (paid.amount_minor - coalesce(owed.amount_minor, 0))::bigint AS left_minor
FROM (
    SELECT installment.customer_id, installment.purchase_id, allocation.source_id AS repayment_id, sum(allocation.principal_minor) AS amount_minor
    FROM unnest(%(customer_ids)b::bigint[], %(purchase_ids)b::bigint[]) AS wanted (customer_id, purchase_id)
    INNER JOIN money.installment ON installment.customer_id = wanted.customer_id AND installment.purchase_id = wanted.purchase_id
    INNER JOIN money.allocation
        ON
            allocation.customer_id = installment.customer_id
            AND allocation.installment_id = installment.installment_id
            AND allocation.principal_minor > 0
    GROUP BY installment.customer_id, installment.purchase_id, allocation.source_id
) AS paid
INNER JOIN money.repayment ON repayment.customer_id = paid.customer_id AND repayment.repayment_id = paid.repayment_id
LEFT JOIN LATERAL (
    SELECT sum(refund_return.amount_minor) AS amount_minor
    FROM money.refund_return
    INNER JOIN money.refund ON refund.customer_id = refund_return.customer_id AND refund.refund_id = refund_return.refund_id
    WHERE
        refund_return.customer_id = paid.customer_id
        AND refund_return.repayment_id = paid.repayment_id
        AND refund.purchase_id = paid.purchase_id
) AS owed ON TRUE
