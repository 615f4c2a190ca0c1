-- One hash a table over what it says of money, risk and care, in natural order: no instants and no numbers that a retry would draw anew.
SELECT fact.book, md5(string_agg(fact.said, '|' ORDER BY fact.said COLLATE "C")) AS hash, count(*) AS facts
FROM (
    SELECT 'line' AS book, concat_ws(
        ',', person.reference, person.display_name, line.statement_day, line.opened_on, line.status, line.fixed_limit_minor, line.temporary_limit_minor,
        line.principal_minor, line.held_minor, line.credit_minor, line.credited_total_minor, line.restriction_level
    ) AS said
    FROM money.line
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'temporary_limit', concat_ws(',', person.reference, granted.amount_minor, granted.starts_on, granted.ends_on, granted.status)
    FROM money.temporary_limit AS granted
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'purchase', concat_ws(
        ',', person.reference, purchase.order_ref, shop.name, purchase.authorized_on, purchase.expires_on, purchase.plan_months, purchase.status,
        purchase.authorized_minor, purchase.captured_minor, purchase.released_minor, purchase.refunded_minor, purchase.reasons
    )
    FROM money.purchase
    INNER JOIN credit.customer AS person USING (customer_id)
    INNER JOIN money.merchant AS shop USING (merchant_id)
    UNION ALL
    SELECT 'capture', concat_ws(',', person.reference, purchase.order_ref, capture.captured_on, capture.amount_minor)
    FROM money.capture
    INNER JOIN money.purchase USING (customer_id, purchase_id)
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'refund', concat_ws(
        ',', person.reference, purchase.order_ref, refund.refunded_on, refund.amount_minor, refund.offset_minor, refund.credit_minor,
        refund.unbilled_plan_minor
    )
    FROM money.refund
    LEFT JOIN money.purchase USING (customer_id, purchase_id)
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'installment', concat_ws(
        ',', person.reference, purchase.order_ref, owed.number, owed.kind, owed.status, owed.captured_on, owed.statement_on, owed.due_on, owed.revolving,
        owed.carried_ppm, owed.principal_minor, owed.fee_minor, owed.late_fee_minor, owed.paid_principal_minor, owed.paid_fee_minor,
        owed.paid_late_fee_minor
    )
    FROM money.installment AS owed
    LEFT JOIN money.purchase USING (customer_id, purchase_id)
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'statement', concat_ws(
        ',', person.reference, bill.statement_on, bill.due_on, bill.previous_minor, bill.charged_minor, bill.credited_minor, bill.balance_minor,
        bill.credited_total_minor, bill.minimum_minor, bill.pay_later_minor, bill.pay_later_minimum_minor
    )
    FROM money.statement AS bill
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'repayment', concat_ws(',', person.reference, paid.repaid_on, paid.method, paid.amount_minor, paid.allocated_minor, paid.credit_minor)
    FROM money.repayment AS paid
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'allocation', concat_ws(
        ',', person.reference, purchase.order_ref, owed.number, owed.statement_on, used.allocated_on, used.principal_minor, used.fee_minor,
        used.late_fee_minor
    )
    FROM money.allocation AS used
    INNER JOIN money.installment AS owed USING (customer_id, installment_id)
    LEFT JOIN money.purchase USING (customer_id, purchase_id)
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'payout', concat_ws(',', person.reference, payout.paid_out_on, payout.amount_minor)
    FROM money.credit_payout AS payout
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'arrears', concat_ws(',', person.reference, late.since_on, late.oldest_due_on, late.worst_days, late.ended_on)
    FROM money.arrears AS late
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'movement', concat_ws(
        ',', person.reference, movement.business_date, movement.kind, movement.debit, movement.credit, movement.amount_minor
    )
    FROM money.movement
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'restriction', concat_ws(
        ',', person.reference, held.level, held.state, held.book, held.book_version, held.rule_id, held.reasons, held.way_out, held.appeal_route,
        held.since_on, held.lifted_on
    )
    FROM risk.restriction AS held
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'restriction_event', concat_ws(
        ',', person.reference, held.rule_id, held.since_on, event.step, event.from_state, event.to_state, event.actor, event.happened_on
    )
    FROM risk.restriction_event AS event
    INNER JOIN risk.restriction AS held USING (customer_id, restriction_id)
    INNER JOIN credit.customer AS person USING (customer_id)
    UNION ALL
    SELECT 'notice', concat_ws(',', person.reference, notice.kind, notice.reasons, notice.text_zh, notice.text_en, notice.noticed_on)
    FROM care.notice
    INNER JOIN credit.customer AS person USING (customer_id)
) AS fact
GROUP BY fact.book
ORDER BY fact.book
