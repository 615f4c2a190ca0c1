-- Payment sources with their mandates, and what the bank is asked to collect by them.
ALTER TYPE money.account ADD VALUE 'suspense' AFTER 'imported_clearing';
ALTER TYPE money.movement_kind ADD VALUE 'suspense_received' AFTER 'late_fee_returned';
ALTER TYPE money.movement_kind ADD VALUE 'suspense_assigned' AFTER 'suspense_received';
ALTER TYPE money.movement_kind ADD VALUE 'suspense_sent_back' AFTER 'suspense_assigned';

-- A debit may be asked for, and fail, some days before what it is for is due.
ALTER TABLE money.failed_debit DROP CONSTRAINT failed_debit_check;
ALTER TABLE money.failed_debit ADD CONSTRAINT failed_debit_check CHECK (failed_on >= due_on - 7);

-- Where a line's dues may be collected from: the customer's own sources in the customer's own order, each with the mandate its payer gave. A stopped source
-- stays as it is, for what was collected by it; whoever wants it back gives a new mandate. label is what people are shown of the account; account is the
-- bank's own name for it, and never the number itself.
CREATE TABLE money.payment_source (
    customer_id bigint NOT NULL,
    source_id bigint NOT NULL,
    line_id bigint NOT NULL,
    given_at timestamptz NOT NULL,
    added_at timestamptz NOT NULL,
    stopped_at timestamptz,
    added_on date NOT NULL,
    stopped_on date,
    place smallint NOT NULL CHECK (place >= 1),
    kind text NOT NULL CHECK (kind IN ('wallet', 'card', 'bank_account')),
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
    account text NOT NULL CHECK (length(account) BETWEEN 1 AND 64),
    holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 80),
    mandate text NOT NULL CHECK (length(mandate) BETWEEN 1 AND 35),
    stop_reason text CHECK (stop_reason IN ('asked', 'account_closed', 'mandate_missing', 'erased')),
    CHECK (num_nonnulls(stopped_at, stopped_on, stop_reason) IN (0, 3)),
    PRIMARY KEY (customer_id, source_id)
) WITH (fillfactor = 90);
CREATE INDEX payment_source_active ON money.payment_source (customer_id, line_id, place) WHERE stopped_at IS NULL;

-- What banks said, each result once: a result told again has the same number. did says what came of it.
CREATE TABLE money.bank_result (
    amount_minor bigint NOT NULL,
    told_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 40),
    result_id text NOT NULL CHECK (length(result_id) BETWEEN 1 AND 200),
    reference text NOT NULL CHECK (length(reference) <= 80),
    outcome text NOT NULL CHECK (outcome IN ('paid', 'failed', 'returned')),
    currency text NOT NULL CHECK (length(currency) <= 8),
    reason text CHECK (length(reason) <= 35),
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 80),
    did text CHECK (did IN ('paid', 'failed', 'returned', 'noted', 'queued', 'suspended')),
    PRIMARY KEY (bank, result_id)
) WITH (fillfactor = 90);
-- What was said to be paid, by the reference it is about: another source may say the same.
CREATE INDEX bank_result_paid ON money.bank_result (reference) WHERE did = 'paid';

-- Where a bank's results are read on from.
CREATE TABLE money.bank_place (
    bank text NOT NULL,
    place text NOT NULL,
    PRIMARY KEY (bank)
) WITH (fillfactor = 50);

-- Files of results as they were taken, each once by its content; report is what was answered.
CREATE TABLE money.bank_file (
    taken_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 40),
    report jsonb NOT NULL,
    PRIMARY KEY (bank, digest)
) WITH (fillfactor = 100);

-- What is collected of lines: one collection a line and due date, and in it one try after another, each asked of the bank under a reference of its own,
-- col_<customer>_<try>, for good. A try that was sent keeps its amount and its source: it is sent again as it was, under the same reference.
CREATE TABLE money.collection (
    customer_id bigint NOT NULL,
    collection_id bigint NOT NULL,
    line_id bigint NOT NULL,
    planned_minor bigint NOT NULL CHECK (planned_minor > 0),
    due_on date NOT NULL,
    planned_on date NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'returned', 'given_up', 'dropped', 'waiting')),
    PRIMARY KEY (customer_id, collection_id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX collection_due ON money.collection (customer_id, line_id, due_on);

-- handings counts how often it was handed in; taken_at is when the bank said that it has it. Until then it is handed in again once leased_until is over.
CREATE TABLE money.collection_try (
    customer_id bigint NOT NULL,
    try_id bigint NOT NULL,
    collection_id bigint NOT NULL,
    line_id bigint NOT NULL,
    source_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    paid_minor bigint CHECK (paid_minor > 0),
    repayment_id bigint,
    leased_until timestamptz,
    taken_at timestamptz,
    due_on date NOT NULL,
    try_on date NOT NULL,
    answered_on date,
    try_from time NOT NULL,
    number smallint NOT NULL CHECK (number >= 1),
    slot smallint NOT NULL CHECK (slot >= 0),
    handings smallint NOT NULL DEFAULT 0 CHECK (handings >= 0),
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sent', 'paid', 'failed', 'returned', 'dropped')),
    reason text CHECK (length(reason) BETWEEN 1 AND 35),
    CHECK (length(customer_id::text) + length(try_id::text) <= 30),
    CHECK ((paid_minor IS NULL) = (repayment_id IS NULL)),
    CHECK (state <> 'paid' OR paid_minor IS NOT NULL),
    PRIMARY KEY (customer_id, try_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX collection_try_number ON money.collection_try (customer_id, collection_id, number);
CREATE INDEX collection_try_planned ON money.collection_try (try_on) WHERE state = 'planned';
CREATE INDEX collection_try_untaken ON money.collection_try (leased_until) WHERE state = 'sent' AND taken_at IS NULL;

-- Whose source is stopped is asked for a new one; what could not be collected is told once.
ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored', 'limit_upheld',
        'temporary_limit_granted', 'temporary_limit_ending', 'temporary_limit_shortened',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed',
        'help_offered', 'source_stopped', 'collection_failed'
    )
);
