-- Plumbing tables: the business day, idempotency keys, the outbox, API keys, and the accounts of the pages. None of them belongs to a customer.
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

-- Who may sign in to the pages: staff with roles, people of one shop, or one customer (who has no password with us, but comes by a link of the shop's
-- app). account_id is also the caller of the account's forms; actor is the one form of the name by which people are told apart.
CREATE TABLE infra.account (
    account_id bigint NOT NULL DEFAULT nextval('infra.caller_number'),
    kind text NOT NULL CHECK (kind IN ('staff', 'merchant', 'shopper')),
    name text NOT NULL,
    actor text NOT NULL,
    roles text [] NOT NULL,
    merchant_id bigint,
    customer_id bigint,
    password_hash text,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CHECK ((kind = 'merchant') = (merchant_id IS NOT NULL)),
    CHECK ((kind = 'shopper') = (customer_id IS NOT NULL)),
    CHECK ((kind = 'staff') = (cardinality(roles) > 0)),
    CHECK (kind <> 'shopper' OR password_hash IS NULL),
    PRIMARY KEY (account_id)
);
CREATE UNIQUE INDEX account_actor ON infra.account (actor);
CREATE UNIQUE INDEX account_customer ON infra.account (customer_id) WHERE customer_id IS NOT NULL;

-- Who is signed in. The token itself is in the person's browser only; a row ends at ends_at, or when it was not seen for the idle limit.
CREATE TABLE infra.session (
    token_hash bytea NOT NULL,
    account_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash)
);
CREATE INDEX session_account ON infra.session (account_id);

-- Links that open a session as a customer, once, for some minutes.
CREATE TABLE infra.entry_link (
    token_hash bytea NOT NULL,
    customer_id bigint NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (token_hash)
);

-- How often signing in failed of late, by account and by address, and until when the next try waits.
CREATE TABLE infra.sign_in_pace (
    subject text NOT NULL,
    failures integer NOT NULL CHECK (failures >= 0),
    failed_at timestamptz NOT NULL,
    waits_until timestamptz NOT NULL,
    PRIMARY KEY (subject)
);

-- What accounts did and what was done to them; a row is never changed. account_id is NULL where a name is nobody's.
CREATE SEQUENCE infra.account_event_number;
CREATE TABLE infra.account_event (
    event_id bigint NOT NULL DEFAULT nextval('infra.account_event_number'),
    account_id bigint,
    kind text NOT NULL,
    actor text NOT NULL,
    address text NOT NULL,
    detail text NOT NULL,
    happened_at timestamptz NOT NULL,
    CHECK (
        kind IN (
            'made', 'password_set', 'disabled', 'enabled', 'signed_in', 'signed_out', 'failed', 'slowed', 'link_made', 'link_refused', 'acted'
        )
    ),
    PRIMARY KEY (event_id)
);
CREATE INDEX account_event_account ON infra.account_event (account_id, event_id);
