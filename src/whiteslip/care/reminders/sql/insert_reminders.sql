-- Batch step. Note the reminders of lines with something due on the given dates, each step once, and return those noted; a credit balance is
-- the customer's own money and pays first. Nobody with a flag that stands is reminded.
-- Idempotent: a step of a due date that was noted is left out.
INSERT INTO care.reminder (customer_id, line_id, notice_id, amount_minor, due_on, reminded_on, step)
SELECT owed.customer_id, owed.line_id, nextval('money.number'), owed.owed_minor - line.credit_minor, owed.due_on, %(on)s::date, step.step
FROM (
    SELECT
        installment.customer_id, installment.line_id, installment.due_on,
        sum(
            installment.principal_minor - installment.paid_principal_minor + installment.fee_minor - installment.paid_fee_minor
            + installment.late_fee_minor - installment.paid_late_fee_minor
        )::bigint AS owed_minor
    FROM money.installment
    WHERE
        installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND installment.status = 'open'
        AND installment.due_on = ANY(%(due_ons)b::date[])
        AND installment.statement_on <= %(on)s::date
    GROUP BY installment.customer_id, installment.line_id, installment.due_on
) AS owed
INNER JOIN unnest(%(due_ons)b::date[], %(steps)b::smallint[]) AS step (due_on, step) ON step.due_on = owed.due_on
INNER JOIN money.line ON line.customer_id = owed.customer_id AND line.line_id = owed.line_id
WHERE
    owed.owed_minor - line.credit_minor >= %(smallest_minor)s::bigint
    AND NOT EXISTS (
        SELECT FROM care.contact_flag
        WHERE
            contact_flag.customer_id = owed.customer_id
            AND contact_flag.since_on <= %(on)s::date
            AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
    )
ON CONFLICT DO NOTHING
RETURNING customer_id, line_id, notice_id, due_on, step, amount_minor
