-- The corrections of a line, the latest first, each with how many movements it undid and booked.
SELECT
    correction.customer_id, correction.correction_id, correction.repayment_id, correction.kind, repayment.amount_minor, correction.value_on,
    correction.corrected_on, correction.corrected_at, correction.reason, correction.actor, correction.note, moved.movements
FROM money.correction
INNER JOIN money.repayment ON repayment.customer_id = correction.customer_id AND repayment.repayment_id = correction.repayment_id
CROSS JOIN LATERAL (
    SELECT count(*) AS movements
    FROM money.corrected_movement AS corrected
    WHERE corrected.customer_id = correction.customer_id AND corrected.correction_id = correction.correction_id
) AS moved
WHERE correction.customer_id = %(customer_id)s AND correction.line_id = %(line_id)s
ORDER BY correction.correction_id DESC
LIMIT 100
