-- Sources to which refunds of a purchase owe more than they paid of it, refunds that owe more than they left over, sources paid out otherwise than noted,
-- and payouts of which more went to sources than was paid out. What was paid out already stays owed, whatever is found out later.
SELECT 'source' AS what, owed.customer_id, owed.repayment_id AS id, owed.amount_minor AS owed_minor, paid.amount_minor AS paid_minor
FROM (
    SELECT refund_return.customer_id, refund_return.repayment_id, refund.purchase_id, sum(refund_return.amount_minor) AS amount_minor,
        sum(refund_return.paid_out_minor) AS paid_out_minor
    FROM money.refund_return
    INNER JOIN money.refund ON refund.customer_id = refund_return.customer_id AND refund.refund_id = refund_return.refund_id
    GROUP BY refund_return.customer_id, refund_return.repayment_id, refund.purchase_id
) AS owed
CROSS JOIN LATERAL (
    SELECT coalesce(sum(allocation.principal_minor), 0) AS amount_minor
    FROM money.installment
    INNER JOIN money.allocation
        ON
            allocation.customer_id = installment.customer_id
            AND allocation.installment_id = installment.installment_id
            AND allocation.source_id = owed.repayment_id
    WHERE installment.customer_id = owed.customer_id AND installment.purchase_id = owed.purchase_id
) AS paid
WHERE owed.amount_minor > greatest(paid.amount_minor, owed.paid_out_minor)
UNION ALL
SELECT 'refund', refund.customer_id, refund.refund_id, owed.amount_minor, refund.credit_minor - coalesce(recovery.claim_minor, 0)
FROM (
    SELECT customer_id, refund_id, sum(amount_minor) AS amount_minor, sum(paid_out_minor) AS paid_out_minor FROM money.refund_return
    GROUP BY customer_id, refund_id
) AS owed
INNER JOIN money.refund ON refund.customer_id = owed.customer_id AND refund.refund_id = owed.refund_id
LEFT JOIN money.recovery ON recovery.customer_id = refund.customer_id AND recovery.recovery_id = refund.refund_id
WHERE owed.amount_minor > greatest(refund.credit_minor - coalesce(recovery.claim_minor, 0), owed.paid_out_minor)
UNION ALL
SELECT 'payout', noted.customer_id, noted.repayment_id, noted.amount_minor, coalesce(paid.amount_minor, 0)
FROM (
    SELECT customer_id, repayment_id, sum(paid_out_minor) AS amount_minor FROM money.refund_return
    GROUP BY customer_id, repayment_id
) AS noted
LEFT JOIN (
    SELECT customer_id, repayment_id, sum(amount_minor) AS amount_minor
    FROM money.returned_payout
    GROUP BY customer_id, repayment_id
) AS paid ON paid.customer_id = noted.customer_id AND paid.repayment_id = noted.repayment_id
WHERE noted.amount_minor <> coalesce(paid.amount_minor, 0)
UNION ALL
SELECT 'sent', returned.customer_id, returned.payout_id, sum(returned.amount_minor), coalesce(min(payout.amount_minor), 0)
FROM money.returned_payout AS returned
LEFT JOIN money.credit_payout AS payout ON payout.customer_id = returned.customer_id AND payout.payout_id = returned.payout_id
GROUP BY returned.customer_id, returned.payout_id
HAVING sum(returned.amount_minor) > coalesce(min(payout.amount_minor), 0)
LIMIT 100
