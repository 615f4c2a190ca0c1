-- Applications for a line, each move of one, and the consents given with it. Of the identity number only a keyed hash and its end are kept.
-- ready_at says since when an application can be decided: at once without an inquiry, else when the inquiry has ended.
CREATE SCHEMA IF NOT EXISTS credit;

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
    card_hash text,
    ip_hash text,
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
CREATE INDEX application_decided ON credit.application_event (happened_on) WHERE to_status IN ('approved', 'declined');

CREATE TABLE credit.consent (
    customer_id bigint NOT NULL,
    application_id bigint NOT NULL,
    said_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('bureau_inquiry', 'automated_decision')),
    is_given boolean NOT NULL,
    PRIMARY KEY (customer_id, application_id, purpose)
) WITH (fillfactor = 100);
