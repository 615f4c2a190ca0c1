-- Batch step. Post the fees of the plan installments whose statement closes: from that day on they are owed.
-- Idempotent: commits with its range's progress row, so it runs once a range and day.
INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    installment.customer_id, installment.line_id, installment.installment_id, installment.fee_minor, %(posted_at)s::timestamptz,
    %(business_date)s::date + 1, 'installment_fee', 'receivable_fee', 'installment_fee_income'
FROM money.line
INNER JOIN money.installment ON installment.customer_id = line.customer_id AND installment.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND line.statement_day = extract(DAY FROM %(business_date)s::date + 1)::smallint
    AND installment.status = 'open'
    AND installment.kind = 'plan'
    AND installment.statement_on = %(business_date)s::date + 1
    AND installment.fee_minor > 0
