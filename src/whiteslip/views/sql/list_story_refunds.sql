-- List a line's refunds with the shop that gave them, as far as it is known.
SELECT
    refund.refund_id, refund.purchase_id, shop.name AS merchant, refund.refunded_on, refund.refunded_at, refund.amount_minor, refund.offset_minor,
    refund.credit_minor
FROM money.refund
LEFT JOIN money.purchase ON purchase.customer_id = refund.customer_id AND purchase.purchase_id = refund.purchase_id
LEFT JOIN money.merchant AS shop ON shop.merchant_id = purchase.merchant_id
WHERE refund.customer_id = %(customer_id)s AND refund.line_id = %(line_id)s
ORDER BY refund.refund_id
