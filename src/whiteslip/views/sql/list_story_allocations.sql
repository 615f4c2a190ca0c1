-- List where each cent of repayments, refunds and used credit balances went: the installment, its purchase and its shop; a revolving fee has neither.
SELECT
    used.source_id, used.allocated_on, owed.purchase_id, shop.name AS merchant, owed.kind::text AS kind, owed.number, coalesce(purchase.plan_months, 0)::smallint AS plan_months, owed.due_on,
    used.principal_minor, used.fee_minor, used.late_fee_minor
FROM money.allocation AS used
INNER JOIN money.installment AS owed ON owed.customer_id = used.customer_id AND owed.installment_id = used.installment_id
LEFT JOIN money.purchase ON purchase.customer_id = owed.customer_id AND purchase.purchase_id = owed.purchase_id
LEFT JOIN money.merchant AS shop ON shop.merchant_id = purchase.merchant_id
WHERE used.customer_id = %(customer_id)s AND owed.line_id = %(line_id)s
ORDER BY used.source_id, owed.due_on, owed.installment_id
