-- What people say against decisions about them, and what they were answered. decided_by_before are all who had a hand in the decision, in the form
-- people are compared by: none of them decides the appeal. Files are not kept; attachments says what the person holds ready.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.appeal (
    customer_id bigint NOT NULL,
    appeal_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    case_id bigint,
    line_id bigint,
    application_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > received_at),
    decided_at timestamptz,
    received_on date NOT NULL,
    decided_on date,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    form text NOT NULL CHECK (form IN ('appeal', 'human_decision')),
    subject_type text NOT NULL CHECK (subject_type IN ('restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report')),
    state text NOT NULL CHECK (state IN ('received', 'in_review', 'decided', 'withdrawn')),
    received_from text NOT NULL,
    words text NOT NULL CHECK (length(words) <= 4000),
    wants text NOT NULL CHECK (length(wants) <= 4000),
    attachments text NOT NULL CHECK (length(attachments) <= 4000),
    outcome text CHECK (outcome IN ('upheld', 'overturned', 'partly')),
    answer text CHECK (length(answer) BETWEEN 1 AND 4000),
    decided_by text,
    decided_by_before jsonb NOT NULL CHECK (jsonb_typeof(decided_by_before) = 'array'),
    CHECK (form = 'human_decision' OR length(words) > 0),
    CHECK ((state = 'decided') = (outcome IS NOT NULL)),
    CHECK (num_nonnulls(outcome, answer, decided_by, decided_on, decided_at) IN (0, 5)),
    CHECK (NOT jsonb_exists(decided_by_before, decided_by)),
    PRIMARY KEY (customer_id, appeal_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX appeal_pending ON care.appeal (customer_id, subject_type, subject_id) WHERE state IN ('received', 'in_review');
CREATE INDEX appeal_case ON care.appeal (customer_id, case_id);
CREATE INDEX appeal_decided ON care.appeal (decided_on) WHERE state = 'decided';

CREATE TABLE care.appeal_event (
    customer_id bigint NOT NULL,
    appeal_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    PRIMARY KEY (customer_id, appeal_id, step)
) WITH (fillfactor = 100);
