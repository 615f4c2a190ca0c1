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
CREATE INDEX collection_try_unanswered ON money.collection_try (try_on) WHERE state = 'sent';
