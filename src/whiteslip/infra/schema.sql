-- Plumbing tables: the business day, idempotency keys, the outbox and API keys. None of them belongs to a customer.
CREATE SCHEMA IF NOT EXISTS infra;

CREATE TABLE infra.business_day (
    book smallint NOT NULL DEFAULT 1 CHECK (book = 1),
    current_on date NOT NULL,
    closed_on date NOT NULL CHECK (closed_on < current_on),
    range_size integer NOT NULL CHECK (range_size > 0),
    PRIMARY KEY (book)
);

CREATE TABLE infra.day_range (
    business_date date NOT NULL,
    range_no bigint NOT NULL,
    step_ms jsonb NOT NULL,
    PRIMARY KEY (business_date, range_no)
);

CREATE TABLE infra.day_report (
    business_date date NOT NULL,
    finished_at timestamptz NOT NULL,
    report jsonb NOT NULL,
    PRIMARY KEY (business_date)
);

CREATE TABLE infra.idempotency_key (
    caller_id bigint NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint NOT NULL,
    response bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller_id, key)
);

CREATE SEQUENCE infra.outbox_number;
CREATE TABLE infra.outbox (
    outbox_id bigint NOT NULL DEFAULT nextval('infra.outbox_number'),
    topic text NOT NULL,
    customer_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    payload jsonb,
    PRIMARY KEY (outbox_id)
);

CREATE SEQUENCE infra.caller_number;
CREATE TABLE infra.api_key (
    key_hmac bytea NOT NULL,
    caller_id bigint NOT NULL,
    label text NOT NULL,
    merchant_id bigint,
    scopes text [] NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (key_hmac)
);

-- How each outside party stands; a row of plumbing, written by the workers that ask it.
CREATE TABLE infra.outside_party (
    party text NOT NULL,
    address text,
    heard_at timestamptz,
    silent_since timestamptz,
    failure text,
    detail text,
    noted_at timestamptz NOT NULL,
    CHECK ((silent_since IS NULL) = (failure IS NULL)),
    PRIMARY KEY (party)
);

-- What shops were answered at checkout, by minute of the clock: an outage leaves no trace in the book, only here. Written by the servers that answer;
-- faults are answers of ours that are nobody's refusal (5xx), turned_away those of a full queue.
CREATE TABLE infra.service_count (
    minute timestamptz NOT NULL,
    counted_on date NOT NULL,
    answers bigint NOT NULL CHECK (answers >= 0),
    faults bigint NOT NULL CHECK (faults BETWEEN 0 AND answers),
    turned_away bigint NOT NULL CHECK (turned_away BETWEEN 0 AND answers),
    PRIMARY KEY (minute)
) WITH (fillfactor = 50);
CREATE INDEX service_count_day ON infra.service_count (counted_on);
