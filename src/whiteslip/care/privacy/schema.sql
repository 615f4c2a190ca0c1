-- Consents by purpose and recipient (those given with an application are in credit.consent), people's own data sealed with keys of theirs,
-- corrections, and legal holds. Consents, corrections and erasures are histories; a destroyed key leaves its row and no key.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.consent (
    customer_id bigint NOT NULL,
    consent_id bigint NOT NULL,
    said_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    purpose text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 40),
    recipient text NOT NULL CHECK (length(recipient) BETWEEN 1 AND 40),
    actor text NOT NULL CHECK (length(actor) > 0),
    is_given boolean NOT NULL,
    PRIMARY KEY (customer_id, consent_id)
) WITH (fillfactor = 100);

CREATE TABLE care.data_key (
    customer_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    destroyed_on date,
    wrapped_key bytea,
    CHECK ((wrapped_key IS NULL) = (destroyed_on IS NOT NULL)),
    PRIMARY KEY (customer_id)
);

CREATE TABLE care.person (
    customer_id bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    name bytea,
    contact bytea,
    name_hash bytea CHECK (length(name_hash) = 32),
    PRIMARY KEY (customer_id)
);
CREATE INDEX person_name ON care.person (name_hash);

CREATE TABLE care.correction (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    corrected_at timestamptz NOT NULL,
    field text NOT NULL CHECK (field IN ('name', 'contact')),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, correction_id)
) WITH (fillfactor = 100);

CREATE TABLE care.bureau_correction (
    customer_id bigint NOT NULL,
    request_id bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_on date NOT NULL,
    due_on date NOT NULL CHECK (due_on > asked_on),
    subject text NOT NULL CHECK (subject IN ('identity', 'account', 'balance', 'late_payment', 'enquiry')),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, request_id)
) WITH (fillfactor = 100);

CREATE TABLE care.legal_hold (
    customer_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    placed_at timestamptz NOT NULL,
    ended_at timestamptz,
    basis text NOT NULL CHECK (length(basis) BETWEEN 1 AND 200),
    placed_by text NOT NULL CHECK (length(placed_by) > 0),
    ended_by text,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    PRIMARY KEY (customer_id, hold_id)
);

CREATE TABLE care.erasure (
    customer_id bigint NOT NULL,
    erasure_id bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_on date NOT NULL,
    done boolean NOT NULL,
    kept_for text [] NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    CHECK (done = (cardinality(kept_for) = 0)),
    PRIMARY KEY (customer_id, erasure_id)
) WITH (fillfactor = 100);
