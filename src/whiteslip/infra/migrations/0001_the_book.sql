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

-- The ledger: every movement of money is one row with its two legs, so it cannot be unbalanced.
CREATE SCHEMA IF NOT EXISTS money;

CREATE TYPE money.account AS ENUM (
    'bank', 'receivable_principal', 'receivable_fee', 'receivable_late_fee', 'customer_credit',
    'merchant_payable', 'installment_fee_income', 'revolving_fee_income', 'late_fee_income', 'merchant_fee_income',
    'opening_equity', 'imported_clearing', 'commitment', 'commitment_contra'
);

CREATE TYPE money.movement_kind AS ENUM (
    'hold_placed', 'hold_released', 'captured', 'merchant_fee', 'refunded', 'refund_credited', 'merchant_fee_returned',
    'installment_fee', 'revolving_fee', 'late_fee',
    'principal_repaid', 'fee_repaid', 'late_fee_repaid', 'credit_received',
    'principal_offset', 'fee_offset', 'late_fee_offset', 'credit_paid_out',
    'opening_principal', 'opening_credit',
    'purchase_imported', 'refund_imported', 'refund_fee_imported', 'refund_late_fee_imported', 'refund_credit_imported'
);

-- One sequence numbers everything a customer owns, so an id is unique whatever it names.
CREATE SEQUENCE money.number;
CREATE SEQUENCE money.movement_number;

CREATE TABLE money.movement (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL DEFAULT nextval('money.movement_number'),
    line_id bigint NOT NULL,
    source_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    posted_at timestamptz NOT NULL,
    business_date date NOT NULL,
    kind money.movement_kind NOT NULL,
    debit money.account NOT NULL,
    credit money.account NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (customer_id, movement_id)
);
CREATE INDEX movement_business_date ON money.movement USING brin (business_date) WITH (pages_per_range = 32);

-- What the ledger said of a line when a day was closed and its balances were found right; the next check adds only what was posted since.
CREATE TABLE money.checkpoint (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    closed_on date NOT NULL,
    principal_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    held_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    PRIMARY KEY (customer_id, line_id)
) WITH (fillfactor = 80);

-- Shops that sell on credit; what we keep of each sale is their fee in parts per million.
CREATE SEQUENCE money.merchant_number;

CREATE TABLE money.merchant (
    merchant_id bigint NOT NULL DEFAULT nextval('money.merchant_number'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    fee_ppm integer NOT NULL CHECK (fee_ppm BETWEEN 0 AND 500000),
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id)
);

-- Published product versions: the terms as written, and as columns what set statements read. Rows never change.
CREATE TABLE money.product (
    product_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    effective_on date NOT NULL,
    terms text NOT NULL,
    due_days smallint NOT NULL CHECK (due_days BETWEEN 1 AND 60),
    minimum_ppm integer NOT NULL CHECK (minimum_ppm BETWEEN 0 AND 1000000),
    revolving_fee_ppm integer NOT NULL CHECK (revolving_fee_ppm BETWEEN 0 AND 657),
    late_fee_ppm integer NOT NULL CHECK (late_fee_ppm BETWEEN 0 AND 657),
    grace_days smallint NOT NULL CHECK (grace_days BETWEEN 0 AND 60),
    allocation text [] NOT NULL CHECK (cardinality(allocation) = 3),
    PRIMARY KEY (product_id),
    UNIQUE (name, version)
);

-- What is owed, row by row: a pay-later purchase has one installment, a plan one a month.
CREATE TYPE money.installment_kind AS ENUM ('pay_later', 'plan', 'revolving_fee');
CREATE TYPE money.installment_status AS ENUM ('open', 'settled');

-- The revolving fees of a line have an installment of their own for each statement, which belongs to no purchase.
-- A plan's fee is owed once its statement closes, any other fee from the day it is charged.
CREATE TABLE money.installment (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (late_fee_minor >= 0),
    paid_principal_minor bigint NOT NULL DEFAULT 0 CHECK (paid_principal_minor BETWEEN 0 AND principal_minor),
    paid_fee_minor bigint NOT NULL DEFAULT 0 CHECK (paid_fee_minor BETWEEN 0 AND fee_minor),
    paid_late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (paid_late_fee_minor BETWEEN 0 AND late_fee_minor),
    statement_on date NOT NULL,
    due_on date NOT NULL CHECK (due_on > statement_on),
    captured_on date NOT NULL,
    carried_ppm integer NOT NULL DEFAULT 0 CHECK (carried_ppm BETWEEN 0 AND 999999),
    number smallint NOT NULL CHECK (number >= 1),
    kind money.installment_kind NOT NULL,
    status money.installment_status NOT NULL DEFAULT 'open',
    revolving boolean NOT NULL DEFAULT FALSE,
    CHECK ((kind = 'revolving_fee') = (purchase_id IS NULL)),
    CHECK ((status = 'settled') = (paid_principal_minor = principal_minor AND paid_fee_minor = fee_minor AND paid_late_fee_minor = late_fee_minor)),
    PRIMARY KEY (customer_id, installment_id)
) WITH (fillfactor = 80);
CREATE INDEX installment_open ON money.installment (customer_id, due_on) WHERE status = 'open';
CREATE INDEX installment_purchase ON money.installment (customer_id, purchase_id);

-- Credit lines with their live balances, and the limits granted on top of the fixed one.
-- credited_total_minor sums all that was ever credited to the line (repayments and refunds less payouts): a statement takes the difference.
-- restriction_level is a projection: set in the same transaction as its cause in the risk stream.
CREATE TABLE money.line (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    fixed_limit_minor bigint NOT NULL CHECK (fixed_limit_minor BETWEEN 0 AND 20000000000),
    temporary_limit_minor bigint NOT NULL DEFAULT 0 CHECK (temporary_limit_minor >= 0),
    principal_minor bigint NOT NULL DEFAULT 0 CHECK (principal_minor >= 0),
    held_minor bigint NOT NULL DEFAULT 0 CHECK (held_minor >= 0),
    credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
    credited_total_minor bigint NOT NULL DEFAULT 0,
    turn bigint NOT NULL DEFAULT 0,
    opened_on date NOT NULL,
    product_id integer NOT NULL REFERENCES money.product (product_id),
    statement_day smallint NOT NULL CHECK (statement_day BETWEEN 1 AND 28),
    restriction_level smallint NOT NULL DEFAULT 0 CHECK (restriction_level BETWEEN 0 AND 5),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    PRIMARY KEY (customer_id, line_id)
) WITH (fillfactor = 60);

CREATE TABLE money.temporary_limit (
    customer_id bigint NOT NULL,
    limit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > starts_on),
    status text NOT NULL CHECK (status IN ('active', 'returned')),
    PRIMARY KEY (customer_id, limit_id)
);
CREATE INDEX temporary_limit_active ON money.temporary_limit (customer_id, ends_on) WHERE status = 'active';

CREATE TABLE money.limit_change (
    customer_id bigint NOT NULL,
    change_id bigint NOT NULL,
    line_id bigint NOT NULL,
    fixed_before_minor bigint NOT NULL,
    fixed_after_minor bigint NOT NULL,
    reason text NOT NULL,
    changed_on date NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, change_id)
);

-- Purchases on credit from hold to refund; a declined one is kept with its reasons.
CREATE TYPE money.purchase_status AS ENUM ('authorized', 'captured', 'voided', 'expired', 'declined');

CREATE TABLE money.purchase (
    customer_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    line_id bigint NOT NULL,
    merchant_id bigint NOT NULL,
    authorized_minor bigint NOT NULL CHECK (authorized_minor > 0),
    captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor >= 0),
    released_minor bigint NOT NULL DEFAULT 0 CHECK (released_minor >= 0),
    refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    authorized_at timestamptz NOT NULL,
    authorized_on date NOT NULL,
    expires_on date NOT NULL,
    plan_months smallint NOT NULL CHECK (plan_months BETWEEN 0 AND 60),
    status money.purchase_status NOT NULL,
    imported boolean NOT NULL DEFAULT FALSE,
    order_ref text NOT NULL CHECK (length(order_ref) BETWEEN 1 AND 64),
    reasons jsonb,
    CHECK (captured_minor + released_minor <= authorized_minor),
    CHECK ((status = 'declined') = (reasons IS NOT NULL)),
    CHECK (status = 'authorized' OR status = 'declined' OR captured_minor + released_minor = authorized_minor),
    PRIMARY KEY (customer_id, purchase_id)
) WITH (fillfactor = 85);
CREATE INDEX purchase_expiry ON money.purchase (expires_on, customer_id) WHERE status = 'authorized';

CREATE TABLE money.capture (
    customer_id bigint NOT NULL,
    capture_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    captured_on date NOT NULL,
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, capture_id)
);

-- purchase_id is NULL for an imported refund of the whole line; unbilled_plan_minor took from installments no statement has shown yet.
CREATE TABLE money.refund (
    customer_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    purchase_id bigint,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    offset_minor bigint NOT NULL CHECK (offset_minor >= 0),
    credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
    unbilled_plan_minor bigint NOT NULL CHECK (unbilled_plan_minor BETWEEN 0 AND offset_minor),
    refunded_on date NOT NULL,
    refunded_at timestamptz NOT NULL,
    CHECK (offset_minor + credit_minor = amount_minor),
    PRIMARY KEY (customer_id, refund_id)
);
CREATE INDEX refund_purchase ON money.refund (customer_id, purchase_id);

-- Monthly statements: previous + charged - credited = balance, and a negative balance is the customer's own money.
CREATE TABLE money.statement (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    statement_on date NOT NULL,
    due_on date NOT NULL CHECK (due_on > statement_on),
    previous_minor bigint NOT NULL,
    charged_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    balance_minor bigint NOT NULL,
    credited_total_minor bigint NOT NULL,
    minimum_minor bigint NOT NULL CHECK (minimum_minor >= 0),
    pay_later_minor bigint NOT NULL CHECK (pay_later_minor >= 0),
    pay_later_minimum_minor bigint NOT NULL CHECK (pay_later_minimum_minor BETWEEN 0 AND pay_later_minor),
    CHECK (previous_minor + charged_minor - credited_minor = balance_minor),
    PRIMARY KEY (customer_id, line_id, statement_on)
);

-- Money received, and where each cent of it, of a refund and of a used credit balance went.
CREATE TABLE money.repayment (
    customer_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    allocated_minor bigint NOT NULL CHECK (allocated_minor >= 0),
    credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
    method text NOT NULL CHECK (length(method) BETWEEN 1 AND 40),
    repaid_on date NOT NULL,
    repaid_at timestamptz NOT NULL,
    CHECK (allocated_minor + credit_minor = amount_minor),
    PRIMARY KEY (customer_id, repayment_id)
);

-- source_id names the repayment, the refund or the use of the credit balance that paid.
CREATE TABLE money.allocation (
    customer_id bigint NOT NULL,
    source_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL CHECK (late_fee_minor >= 0),
    allocated_on date NOT NULL,
    CHECK (principal_minor + fee_minor + late_fee_minor > 0),
    PRIMARY KEY (customer_id, source_id, installment_id)
);

CREATE TABLE money.credit_payout (
    customer_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    paid_out_on date NOT NULL,
    paid_out_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, payout_id)
);

-- Episodes of arrears. Days past due are derived from oldest_due_on, so a day that changes nothing writes nothing.
CREATE TABLE money.arrears (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    since_on date NOT NULL,
    oldest_due_on date NOT NULL CHECK (oldest_due_on >= since_on),
    worst_days integer NOT NULL CHECK (worst_days >= 0),
    ended_on date,
    CHECK (ended_on > since_on),
    PRIMARY KEY (customer_id, line_id, since_on)
);
CREATE INDEX arrears_open ON money.arrears (customer_id, line_id) WHERE ended_on IS NULL;

-- Published versions of rule books as written; a body never changes, only whether it is live and since when. At most one version of a name is live.
CREATE SCHEMA IF NOT EXISTS decisioning;

CREATE TABLE decisioning.rule_book (
    name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    body text NOT NULL,
    checksum text NOT NULL,
    status text NOT NULL CHECK (status IN ('live', 'retired')),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX rule_book_live ON decisioning.rule_book (name) WHERE status = 'live';

-- People who may hold a line. The shop's own reference is opaque to us.
CREATE SCHEMA IF NOT EXISTS credit;
CREATE SEQUENCE credit.customer_number;

CREATE TABLE credit.customer (
    customer_id bigint NOT NULL DEFAULT nextval('credit.customer_number'),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    joined_on date NOT NULL,
    PRIMARY KEY (customer_id)
);

-- Restrictions as rows, several of which may be active, and every step any of them took.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.restriction (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
    state text NOT NULL CHECK (state IN ('active', 'lifted')),
    book text NOT NULL,
    book_version integer NOT NULL,
    rule_id text NOT NULL,
    reasons jsonb NOT NULL CHECK (jsonb_array_length(reasons) BETWEEN 1 AND 4),
    way_out text NOT NULL CHECK (length(way_out) > 0),
    appeal_route text NOT NULL CHECK (length(appeal_route) > 0),
    notice_id bigint NOT NULL,
    since_on date NOT NULL,
    lifted_on date,
    CHECK ((state = 'lifted') = (lifted_on IS NOT NULL)),
    PRIMARY KEY (customer_id, restriction_id)
);
CREATE UNIQUE INDEX restriction_active ON risk.restriction (customer_id, line_id, book, rule_id) WHERE state = 'active';

CREATE TABLE risk.restriction_event (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    step smallint NOT NULL CHECK (step >= 1),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    happened_on date NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, restriction_id, step)
);

-- What people were told, in the words they were told it.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.notice (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    line_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('warned', 'restricted', 'suspended', 'restored', 'limit_changed')),
    reasons jsonb NOT NULL,
    text_zh text NOT NULL CHECK (length(text_zh) > 0),
    text_en text NOT NULL CHECK (length(text_en) > 0),
    noticed_on date NOT NULL,
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, notice_id)
);
