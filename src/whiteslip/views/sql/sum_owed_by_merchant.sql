-- Sum the principal still owed of purchases by their merchant, the most first; what was imported from elsewhere has none and is left out of the parts.
SELECT
    CASE WHEN merchant.merchant_id IS NULL THEN '' ELSE 'mer_' || merchant.merchant_id END AS part,
    sum(installment.principal_minor - installment.paid_principal_minor)::bigint AS owed_minor,
    count(DISTINCT installment.line_id) AS lines
FROM money.installment
INNER JOIN money.purchase
    ON purchase.customer_id = installment.customer_id AND purchase.purchase_id = installment.purchase_id
LEFT JOIN money.merchant ON merchant.merchant_id = purchase.merchant_id AND NOT purchase.imported
WHERE installment.status = 'open'
GROUP BY merchant.merchant_id
ORDER BY owed_minor DESC, part ASC
