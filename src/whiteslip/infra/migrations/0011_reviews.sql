-- People look at cases; customers appeal, ask for a person's decision, and complain.
CREATE TABLE risk.review_case (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    line_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    escalated_at timestamptz,
    leased_until timestamptz,
    decided_at timestamptz,
    opened_on date NOT NULL,
    decided_on date,
    pieces integer NOT NULL DEFAULT 1 CHECK (pieces > 0),
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 9),
    kind text NOT NULL CHECK (
        kind IN ('suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction')
    ),
    subject_type text NOT NULL CHECK (
        subject_type IN (
            'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
            'line', 'customer'
        )
    ),
    state text NOT NULL CHECK (state IN ('open', 'taken', 'decided', 'withdrawn')),
    holder text,
    decided_by text,
    outcome text,
    label text CHECK (label IN ('true_positive', 'false_positive', 'unclear')),
    barred jsonb NOT NULL CHECK (jsonb_typeof(barred) = 'array'),
    CHECK ((state = 'taken') = (leased_until IS NOT NULL)),
    CHECK (state <> 'taken' OR holder IS NOT NULL),
    CHECK ((state = 'decided') = (decided_at IS NOT NULL)),
    CHECK (num_nonnulls(decided_at, decided_on, decided_by, outcome) IN (0, 4)),
    CHECK (label IS NULL OR state = 'decided'),
    CHECK (decided_by = holder),
    CHECK (NOT jsonb_exists(barred, holder)),
    PRIMARY KEY (customer_id, case_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX review_case_live ON risk.review_case (customer_id, kind) WHERE state IN ('open', 'taken');
CREATE INDEX review_case_queue ON risk.review_case (priority DESC, due_at, customer_id, case_id) WHERE state IN ('open', 'taken');
CREATE INDEX review_case_overdue ON risk.review_case (due_at) WHERE state IN ('open', 'taken') AND escalated_at IS NULL;

CREATE TABLE risk.review_evidence (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    piece integer NOT NULL CHECK (piece > 0),
    subject_id bigint NOT NULL,
    kept_at timestamptz NOT NULL,
    kept_on date NOT NULL,
    subject_type text NOT NULL,
    checksum bytea NOT NULL,
    evidence jsonb NOT NULL,
    CHECK (checksum = sha256(convert_to(evidence::text, 'UTF8'))),
    PRIMARY KEY (customer_id, case_id, piece)
) WITH (fillfactor = 100);

CREATE TABLE risk.review_event (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    command text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    PRIMARY KEY (customer_id, case_id, step)
) WITH (fillfactor = 100);

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

ALTER TABLE care.notice ADD COLUMN matter_id bigint;
ALTER TABLE care.notice DROP CONSTRAINT notice_check;
ALTER TABLE care.notice ADD CHECK (num_nonnulls(line_id, application_id, matter_id) > 0);
