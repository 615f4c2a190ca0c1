-- Reviews of fixed limits, each move of one, and the runs they belong to. What was seen is the decision of the same number.
-- A review's facts never change; its state, and what follows from it, is that of its last event, and events are only ever added.
-- A change by hand is a review of no run (0), and there may be several a day. answered_on is when a person decided on an objection.
CREATE SCHEMA IF NOT EXISTS credit;

CREATE TABLE credit.limit_run (
    run_id bigint NOT NULL,
    begun_on date NOT NULL,
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    judged integer NOT NULL DEFAULT 0 CHECK (judged >= 0),
    cuts integer NOT NULL DEFAULT 0 CHECK (cuts >= 0),
    allowed integer CHECK (allowed >= 0),
    trigger text NOT NULL CHECK (trigger IN ('periodic', 'event', 'ladder')),
    state text NOT NULL CHECK (state IN ('judging', 'settling', 'stopped', 'finished', 'discarded')),
    requested_by text NOT NULL CHECK (length(requested_by) > 0),
    released_by text [] NOT NULL DEFAULT '{}',
    CHECK ((state IN ('finished', 'discarded')) = (finished_at IS NOT NULL)),
    PRIMARY KEY (run_id)
);

CREATE TABLE credit.limit_review (
    customer_id bigint NOT NULL,
    review_id bigint NOT NULL,
    line_id bigint NOT NULL,
    run_id bigint NOT NULL,
    before_minor bigint NOT NULL CHECK (before_minor BETWEEN 0 AND 20000000000),
    proposed_minor bigint NOT NULL CHECK (proposed_minor BETWEEN 0 AND 20000000000),
    after_minor bigint NOT NULL CHECK (after_minor BETWEEN 0 AND 20000000000),
    change_id bigint,
    restored_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    reviewed_at timestamptz NOT NULL,
    reviewed_on date NOT NULL,
    effective_on date,
    objected_on date,
    next_review_on date NOT NULL CHECK (next_review_on > reviewed_on),
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    is_immediate boolean NOT NULL,
    trigger text NOT NULL CHECK (trigger IN ('periodic', 'event', 'ladder', 'hand')),
    direction text NOT NULL CHECK (direction IN ('raise', 'cut', 'keep', 'person')),
    bound text NOT NULL,
    tier text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'kept', 'announced', 'referred', 'applied', 'withdrawn', 'reversed')),
    reasons jsonb NOT NULL,
    people text [] NOT NULL,
    answered_on date,
    CHECK ((state = 'kept') = (direction = 'keep')),
    CHECK (state NOT IN ('announced', 'applied', 'reversed') OR (effective_on IS NOT NULL AND after_minor <> before_minor)),
    CHECK ((state IN ('applied', 'reversed')) = (change_id IS NOT NULL)),
    CHECK ((state = 'reversed') = (restored_id IS NOT NULL)),
    CHECK (after_minor >= before_minor OR jsonb_array_length(reasons) BETWEEN 1 AND 4),
    CHECK ((trigger = 'hand') = (run_id = 0)),
    PRIMARY KEY (customer_id, review_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX limit_review_daily ON credit.limit_review (customer_id, line_id, reviewed_on) WHERE trigger <> 'hand';
CREATE INDEX limit_review_line ON credit.limit_review (customer_id, line_id, reviewed_on);
CREATE INDEX limit_review_announced ON credit.limit_review (customer_id, effective_on) WHERE state = 'announced';
CREATE INDEX limit_review_run ON credit.limit_review (run_id, customer_id);
CREATE INDEX limit_review_waiting ON credit.limit_review (review_id) WHERE state IN ('referred', 'announced') OR objected_on IS NOT NULL;

CREATE TABLE credit.limit_review_event (
    customer_id bigint NOT NULL,
    review_id bigint NOT NULL,
    step integer NOT NULL,
    limit_minor bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    effective_on date,
    from_state text NOT NULL,
    to_state text NOT NULL,
    command text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text,
    PRIMARY KEY (customer_id, review_id, step)
) WITH (fillfactor = 100);
