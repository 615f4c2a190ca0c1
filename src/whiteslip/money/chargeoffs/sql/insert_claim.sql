-- Propose that a line be charged off.
INSERT INTO money.charge_off (customer_id, charge_off_id, line_id, proposed_at, proposed_on, oldest_due_on, days_past_due, state, proposed_by, note)
VALUES (
    %(customer_id)s, %(charge_off_id)s, %(line_id)s, %(at)s::timestamptz, %(on_date)s::date, %(oldest_due_on)s::date, %(days_past_due)s, 'proposed',
    %(proposed_by)s, %(note)s
)
ON CONFLICT (customer_id, line_id) WHERE state IN ('proposed', 'charged_off', 'ending') DO NOTHING
