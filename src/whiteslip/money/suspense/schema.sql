-- What banks said that the program does not act on by itself: the manual queue. held_minor is the money of it that came and lies in the account suspense
-- until the item is closed; 0 where no money came. payer_id and line_id are whose it is, where that is known or was found out.
CREATE TABLE money.suspense_item (
    item_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    held_minor bigint NOT NULL CHECK (held_minor >= 0),
    payer_id bigint,
    line_id bigint,
    try_id bigint,
    repayment_id bigint,
    opened_at timestamptz NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    steps integer NOT NULL DEFAULT 1 CHECK (steps >= 1),
    kind text NOT NULL CHECK (
        kind IN (
            'unknown_reference', 'wrong_currency', 'unreadable', 'changed', 'contradiction', 'ours', 'unknown_reason', 'disputed', 'reversal', 'unanswered'
        )
    ),
    state text NOT NULL CHECK (state IN ('open', 'asked', 'closed')),
    way text CHECK (way IN ('assigned', 'sent_back', 'noted', 'reversed')),
    bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 40),
    result_id text NOT NULL CHECK (length(result_id) BETWEEN 1 AND 200),
    reference text NOT NULL CHECK (length(reference) <= 80),
    currency text NOT NULL CHECK (length(currency) <= 8),
    reason text,
    owned_by text CHECK (length(owned_by) > 0),
    asked_by text CHECK (length(asked_by) > 0),
    CHECK ((payer_id IS NULL) = (line_id IS NULL)),
    CHECK ((state = 'open') = (way IS NULL)),
    CHECK ((state = 'closed') = (closed_on IS NOT NULL)),
    CHECK ((way IN ('noted', 'reversed')) = (held_minor = 0)),
    CHECK (state <> 'closed' OR (way = 'assigned') = (repayment_id IS NOT NULL)),
    PRIMARY KEY (item_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX suspense_item_result ON money.suspense_item (bank, result_id, kind);
CREATE INDEX suspense_item_open ON money.suspense_item (item_id) WHERE state <> 'closed';

-- The account suspense, leg by leg: what came and belongs to no line yet. It is part of the ledger, and of its trial balance. What is assigned goes back
-- to the bank account first: its repayment takes it from there, as any other.
CREATE TABLE money.suspense_entry (
    item_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    posted_at timestamptz NOT NULL,
    business_date date NOT NULL,
    kind money.movement_kind NOT NULL CHECK (kind IN ('suspense_received', 'suspense_assigned', 'suspense_sent_back')),
    debit money.account NOT NULL,
    credit money.account NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (item_id, kind)
) WITH (fillfactor = 100);

-- Who did what with an item; rows are only added.
CREATE TABLE money.suspense_event (
    item_id bigint NOT NULL,
    payer_id bigint,
    line_id bigint,
    happened_at timestamptz NOT NULL,
    step integer NOT NULL CHECK (step >= 1),
    deed text NOT NULL CHECK (deed IN ('opened', 'owned', 'asked', 'refused', 'closed')),
    way text CHECK (way IN ('assigned', 'sent_back', 'noted', 'reversed')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    PRIMARY KEY (item_id, step)
) WITH (fillfactor = 100);
