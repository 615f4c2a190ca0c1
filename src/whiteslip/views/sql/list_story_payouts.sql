-- List what was paid out of a line's credit balance.
SELECT payout.payout_id, payout.paid_out_on, payout.paid_out_at, payout.amount_minor
FROM money.credit_payout AS payout
WHERE payout.customer_id = %(customer_id)s AND payout.line_id = %(line_id)s
ORDER BY payout.payout_id
