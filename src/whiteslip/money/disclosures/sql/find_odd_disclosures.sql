-- Plans whose installments are not what was agreed to, among those captured whole before the first statement they were to be on. What changed rows since
-- by right is left out: a refund, an early settlement, a relief, a charge-off. Fees by real days are known on the day of the capture only.
SELECT disclosure.customer_id, disclosure.purchase_id, disclosure.version, disclosure.installments AS agreed, owed.installments AS owed
FROM money.disclosure
INNER JOIN money.purchase ON purchase.customer_id = disclosure.customer_id AND purchase.purchase_id = disclosure.purchase_id
CROSS JOIN LATERAL (
    SELECT min(capture.captured_on) AS captured_on, count(*) AS captures
    FROM money.capture
    WHERE capture.customer_id = purchase.customer_id AND capture.captured_on >= disclosure.disclosed_on AND capture.purchase_id = purchase.purchase_id
) AS taken
CROSS JOIN LATERAL (
    SELECT
        jsonb_agg(
            jsonb_build_array(installment.principal_minor, installment.fee_minor, installment.statement_on, installment.due_on)
            ORDER BY installment.number, installment.installment_id
        ) AS installments
    FROM money.installment
    WHERE installment.customer_id = purchase.customer_id AND installment.purchase_id = purchase.purchase_id
) AS owed
WHERE
    purchase.captured_minor = disclosure.principal_minor
    AND purchase.refunded_minor = 0
    AND taken.captures = 1
    AND taken.captured_on < (disclosure.installments -> 0 ->> 2)::date
    AND (NOT disclosure.by_real_days OR taken.captured_on = disclosure.disclosed_on)
    AND owed.installments IS DISTINCT FROM disclosure.installments
    AND NOT EXISTS (
        SELECT FROM money.payoff
        WHERE payoff.customer_id = purchase.customer_id AND payoff.line_id = purchase.line_id AND payoff.settled_on >= taken.captured_on
    )
    AND NOT EXISTS (
        SELECT FROM care.relief
        WHERE relief.customer_id = purchase.customer_id AND relief.line_id = purchase.line_id AND relief.started_on >= taken.captured_on
    )
    AND NOT EXISTS (
        SELECT FROM money.charge_off
        WHERE
            charge_off.customer_id = purchase.customer_id
            AND charge_off.line_id = purchase.line_id
            AND charge_off.state NOT IN ('proposed', 'refused')
    )
ORDER BY disclosure.customer_id, disclosure.purchase_id
LIMIT 100
