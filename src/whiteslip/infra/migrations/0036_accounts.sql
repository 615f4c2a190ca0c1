-- Accounts of the pages, their sessions, links and pace, and what they did.

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
