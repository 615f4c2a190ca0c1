-- People apply for a line; the bureau is asked about them; notices tell them what came of it.
-- Inquiries about applicants, and the reports that came. next_try_at says when an inquiry is due; whoever makes it moves that ahead by a lease.
CREATE TABLE credit.bureau_inquiry (
    customer_id bigint NOT NULL,
    inquiry_id bigint NOT NULL,
    application_id bigint NOT NULL,
    report_id bigint,
    requested_at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    finished_at timestamptz,
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    status text NOT NULL CHECK (status IN ('waiting', 'answered', 'failed', 'cancelled')),
    failure text,
    CHECK ((status = 'waiting') = (finished_at IS NULL)),
    CHECK ((status = 'answered') = (report_id IS NOT NULL)),
    PRIMARY KEY (customer_id, inquiry_id)
) WITH (fillfactor = 70);
CREATE INDEX bureau_inquiry_due ON credit.bureau_inquiry (next_try_at) WHERE status = 'waiting';

-- A report as it came and the facts read from it: either a fault kept it from being read, or as_of and is_right_person are there.
CREATE TABLE credit.bureau_report (
    customer_id bigint NOT NULL,
    report_id bigint NOT NULL,
    inquiry_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    received_on date NOT NULL,
    as_of date,
    is_right_person boolean,
    is_confirmed boolean,
    is_known boolean,
    months_on_file integer,
    accounts integer,
    lenders integer,
    late_months_now integer,
    late_months_24m integer,
    worst_late_months integer,
    enquiries_3m integer,
    enquiries_6m integer,
    balance_minor bigint,
    monthly_minor bigint,
    card_balance_minor bigint,
    card_limit_minor bigint,
    verified_income_minor bigint,
    fault text,
    body_hash bytea NOT NULL CHECK (length(body_hash) = 32),
    body bytea NOT NULL,
    CHECK ((fault IS NULL) = (as_of IS NOT NULL)),
    CHECK ((as_of IS NULL) = (is_right_person IS NULL)),
    CHECK (is_right_person IS TRUE OR num_nonnulls(is_confirmed, is_known, months_on_file, accounts, verified_income_minor) = 0),
    PRIMARY KEY (customer_id, report_id)
) WITH (fillfactor = 100);

-- Applications for a line, each move of one, and the consents given with it. Of the identity number only a keyed hash and its end are kept.
-- ready_at says since when an application can be decided: at once without an inquiry, else when the inquiry has ended.
CREATE TABLE credit.application (
    customer_id bigint NOT NULL,
    application_id bigint NOT NULL,
    requested_minor bigint NOT NULL CHECK (requested_minor BETWEEN 1 AND 20000000),
    income_minor bigint NOT NULL CHECK (income_minor >= 0),
    obligations_minor bigint NOT NULL CHECK (obligations_minor >= 0),
    rent_minor bigint NOT NULL CHECK (rent_minor >= 0),
    limit_minor bigint CHECK (limit_minor BETWEEN 1 AND 20000000),
    line_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL,
    ready_at timestamptz,
    finished_at timestamptz,
    received_on date NOT NULL,
    expires_on date NOT NULL CHECK (expires_on > received_on),
    birth_on date NOT NULL,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    statement_day smallint NOT NULL CHECK (statement_day BETWEEN 1 AND 28),
    may_inquire boolean NOT NULL,
    may_automate boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'inquiring', 'referred', 'approved', 'declined', 'withdrawn', 'expired')),
    product text NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    id_hash bytea NOT NULL CHECK (length(id_hash) = 32),
    id_last4 text NOT NULL CHECK (length(id_last4) = 4),
    received_from text NOT NULL,
    device_hash text,
    phone_hash text,
    address_hash text,
    bound text,
    reasons jsonb,
    CHECK ((status = 'approved') = (line_id IS NOT NULL)),
    CHECK ((line_id IS NULL) = (limit_minor IS NULL)),
    CHECK (status <> 'declined' OR reasons IS NOT NULL),
    CHECK ((status IN ('received', 'inquiring', 'referred')) = (finished_at IS NULL)),
    PRIMARY KEY (customer_id, application_id)
) WITH (fillfactor = 70);
CREATE INDEX application_applicant ON credit.application (id_hash);
CREATE INDEX application_ready ON credit.application (ready_at) WHERE status IN ('received', 'inquiring') AND ready_at IS NOT NULL;
CREATE INDEX application_expiry ON credit.application (expires_on) WHERE status = 'referred';

CREATE TABLE credit.application_event (
    customer_id bigint NOT NULL,
    application_id bigint NOT NULL,
    step integer NOT NULL,
    limit_minor bigint,
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    reasons jsonb,
    PRIMARY KEY (customer_id, application_id, step)
) WITH (fillfactor = 100);

CREATE TABLE credit.consent (
    customer_id bigint NOT NULL,
    application_id bigint NOT NULL,
    said_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('bureau_inquiry', 'automated_decision')),
    is_given boolean NOT NULL,
    PRIMARY KEY (customer_id, application_id, purpose)
) WITH (fillfactor = 100);

ALTER TABLE care.notice ALTER COLUMN line_id DROP NOT NULL;
ALTER TABLE care.notice ADD COLUMN application_id bigint;
ALTER TABLE care.notice ADD CHECK (num_nonnulls(line_id, application_id) > 0);
ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'limit_changed',
        'application_approved', 'application_declined', 'application_referred', 'application_expired'
    )
);
