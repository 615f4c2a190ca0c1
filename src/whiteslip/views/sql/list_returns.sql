-- What refunds of a line owe to the sources that paid, what of it was paid out, and when each source had paid; the latest refund and source first.
SELECT
    returned.refund_id, refund.purchase_id, shop.name AS merchant, refund.refunded_on, returned.repayment_id, repayment.method, repayment.repaid_on,
    returned.amount_minor, returned.paid_out_minor
FROM money.refund_return AS returned
INNER JOIN money.refund ON refund.customer_id = returned.customer_id AND refund.refund_id = returned.refund_id
INNER JOIN money.repayment ON repayment.customer_id = returned.customer_id AND repayment.repayment_id = returned.repayment_id
LEFT JOIN money.purchase ON purchase.customer_id = refund.customer_id AND purchase.purchase_id = refund.purchase_id
LEFT JOIN money.merchant AS shop ON shop.merchant_id = purchase.merchant_id
WHERE returned.customer_id = %(customer_id)s AND returned.line_id = %(line_id)s
ORDER BY returned.refund_id DESC, returned.repayment_id DESC
LIMIT %(most)s
