-- Purchases that disagree with their captures, their refunds, or the installments every capture must create.
SELECT
    purchase.customer_id, purchase.purchase_id, purchase.captured_minor, coalesce(captured.amount_minor, 0) AS captures_minor, purchase.refunded_minor,
    coalesce(refunded.amount_minor, 0) AS refunds_minor, coalesce(owed.principal_minor, 0) AS installments_minor
FROM money.purchase
LEFT JOIN (
    SELECT customer_id, purchase_id, sum(amount_minor) AS amount_minor FROM money.capture
    GROUP BY customer_id, purchase_id
) AS captured ON captured.customer_id = purchase.customer_id AND captured.purchase_id = purchase.purchase_id
LEFT JOIN (
    SELECT customer_id, purchase_id, sum(amount_minor) AS amount_minor FROM money.refund
    WHERE purchase_id IS NOT NULL
    GROUP BY customer_id, purchase_id
) AS refunded ON refunded.customer_id = purchase.customer_id AND refunded.purchase_id = purchase.purchase_id
LEFT JOIN (
    SELECT customer_id, purchase_id, sum(principal_minor) AS principal_minor FROM money.installment
    GROUP BY customer_id, purchase_id
) AS owed ON owed.customer_id = purchase.customer_id AND owed.purchase_id = purchase.purchase_id
WHERE
    (NOT purchase.imported AND purchase.captured_minor <> coalesce(captured.amount_minor, 0))
    OR purchase.refunded_minor <> coalesce(refunded.amount_minor, 0)
    OR purchase.captured_minor <> coalesce(owed.principal_minor, 0)
ORDER BY purchase.customer_id, purchase.purchase_id
LIMIT 100
