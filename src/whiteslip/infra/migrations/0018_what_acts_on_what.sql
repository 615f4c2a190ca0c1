-- Cases of runs that wait for two people, and of causes that somebody is to learn from.
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_subject_type_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_subject_type_check CHECK (
    subject_type IN (
        'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
        'cause', 'run', 'limit_run', 'line', 'customer'
    )
);

-- A person's change of a limit is a review of no run, told, objected to and taken back as any other; there may be several a day.
ALTER TABLE credit.limit_review DROP CONSTRAINT limit_review_trigger_check;
ALTER TABLE credit.limit_review ADD CONSTRAINT limit_review_trigger_check CHECK (trigger IN ('periodic', 'event', 'ladder', 'hand'));
ALTER TABLE credit.limit_review ADD CHECK ((trigger = 'hand') = (run_id = 0));
ALTER TABLE credit.limit_review DROP CONSTRAINT limit_review_customer_id_line_id_reviewed_on_key;
CREATE UNIQUE INDEX limit_review_daily ON credit.limit_review (customer_id, line_id, reviewed_on) WHERE trigger <> 'hand';
CREATE INDEX limit_review_line ON credit.limit_review (customer_id, line_id, reviewed_on);

ALTER TYPE money.movement_kind ADD VALUE 'late_fee_waived' AFTER 'refund_credit_imported';
ALTER TYPE money.movement_kind ADD VALUE 'late_fee_returned' AFTER 'late_fee_waived';

-- Late fees taken back: asked for over days or of one charge, done at once or by another person. What was still owed is waived, what was paid is
-- returned as credit. Which charges a waiver took back lies beside it, so that none is taken back twice.
CREATE TABLE money.fee_waiver (
    customer_id bigint NOT NULL,
    waiver_id bigint NOT NULL,
    line_id bigint NOT NULL,
    movement_id bigint,
    asked_minor bigint NOT NULL CHECK (asked_minor > 0),
    waived_minor bigint NOT NULL DEFAULT 0 CHECK (waived_minor >= 0),
    returned_minor bigint NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
    asked_at timestamptz NOT NULL,
    decided_at timestamptz,
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    decided_on date,
    needs_two boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    asked_by text NOT NULL CHECK (length(asked_by) > 0),
    decided_by text,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK (num_nonnulls(decided_by, decided_on, decided_at) IN (0, 3)),
    CHECK (NOT needs_two OR decided_by <> asked_by),
    CHECK ((state = 'done') = (waived_minor + returned_minor > 0)),
    PRIMARY KEY (customer_id, waiver_id)
);

CREATE TABLE money.waived_fee (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL,
    waiver_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (customer_id, movement_id)
) WITH (fillfactor = 100);
