-- Which step of the reminders of a due date a line's owner was given, and how much of it was owed then; before the due date steps are negative.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.reminder (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_on date NOT NULL,
    reminded_on date NOT NULL,
    step smallint NOT NULL,
    PRIMARY KEY (customer_id, line_id, due_on, step)
) WITH (fillfactor = 100);
CREATE INDEX reminder_notice ON care.reminder (customer_id, notice_id);
