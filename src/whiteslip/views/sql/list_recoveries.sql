-- What came in for a claim, the latest first; what has no method is a refund that was set off, or paid the cost of enforcing alone.
SELECT
    recovery.recovery_id, recovery.recovered_on, recovery.cost_minor, recovery.claim_minor, repayment.method, refund.purchase_id
FROM money.recovery
LEFT JOIN money.repayment ON repayment.customer_id = recovery.customer_id AND repayment.repayment_id = recovery.recovery_id
LEFT JOIN money.refund ON refund.customer_id = recovery.customer_id AND refund.refund_id = recovery.recovery_id
WHERE recovery.customer_id = %(customer_id)s AND recovery.charge_off_id = %(charge_off_id)s
ORDER BY recovery.recovery_id DESC
LIMIT %(most)s
