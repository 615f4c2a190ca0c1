-- What people complain about, and what they were answered. cause is what they say, found_cause what a reviewer found.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.complaint (
    customer_id bigint NOT NULL,
    complaint_id bigint NOT NULL,
    case_id bigint,
    line_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > received_at),
    answered_at timestamptz,
    received_on date NOT NULL,
    answered_on date,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    channel text NOT NULL CHECK (channel IN ('app', 'phone', 'mail', 'branch', 'regulator')),
    cause text NOT NULL CHECK (
        cause IN ('frozen_without_reason', 'wrong_charge', 'harassing_reminder', 'slow_refund', 'wrong_data', 'system_fault', 'other')
    ),
    found_cause text CHECK (
        found_cause IN ('frozen_without_reason', 'wrong_charge', 'harassing_reminder', 'slow_refund', 'wrong_data', 'system_fault', 'other')
    ),
    state text NOT NULL CHECK (state IN ('received', 'in_review', 'answered', 'withdrawn')),
    received_from text NOT NULL,
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 4000),
    answer text CHECK (length(answer) BETWEEN 1 AND 4000),
    redress text CHECK (redress IN ('none', 'apology', 'correction', 'refund', 'compensation')),
    answered_by text,
    CHECK ((state = 'answered') = (answer IS NOT NULL)),
    CHECK (num_nonnulls(answer, redress, found_cause, answered_by, answered_on, answered_at) IN (0, 6)),
    PRIMARY KEY (customer_id, complaint_id)
) WITH (fillfactor = 80);
CREATE INDEX complaint_case ON care.complaint (customer_id, case_id);
CREATE INDEX complaint_received ON care.complaint (received_on);

CREATE TABLE care.complaint_event (
    customer_id bigint NOT NULL,
    complaint_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    PRIMARY KEY (customer_id, complaint_id, step)
) WITH (fillfactor = 100);
