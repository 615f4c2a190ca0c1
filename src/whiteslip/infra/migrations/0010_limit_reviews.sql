-- Fixed limits are reviewed, up and down; notices tell of each move, a cut before it holds.
-- Reviews of fixed limits, each move of one, and the runs they belong to. What was seen is the decision of the same number.
-- A review's facts never change; its state, and what follows from it, is that of its last event, and events are only ever added.
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
    trigger text NOT NULL CHECK (trigger IN ('periodic', 'event', 'ladder')),
    direction text NOT NULL CHECK (direction IN ('raise', 'cut', 'keep', 'person')),
    bound text NOT NULL,
    tier text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'kept', 'announced', 'referred', 'applied', 'withdrawn', 'reversed')),
    reasons jsonb NOT NULL,
    people text [] NOT NULL,
    CHECK ((state = 'kept') = (direction = 'keep')),
    CHECK (state NOT IN ('announced', 'applied', 'reversed') OR (effective_on IS NOT NULL AND after_minor <> before_minor)),
    CHECK ((state IN ('applied', 'reversed')) = (change_id IS NOT NULL)),
    CHECK ((state = 'reversed') = (restored_id IS NOT NULL)),
    CHECK (after_minor >= before_minor OR jsonb_array_length(reasons) BETWEEN 1 AND 4),
    PRIMARY KEY (customer_id, review_id),
    UNIQUE (customer_id, line_id, reviewed_on)
) WITH (fillfactor = 70);
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

-- Campaigns of temporary limits, each step of one, and what each granted. A campaign's row is what its runs wait for one another at.
CREATE TABLE credit.campaign (
    campaign_id bigint NOT NULL,
    least_minor bigint NOT NULL CHECK (least_minor > 0),
    most_minor bigint NOT NULL CHECK (most_minor >= least_minor),
    budget_minor bigint NOT NULL CHECK (budget_minor >= least_minor),
    granted_minor bigint NOT NULL DEFAULT 0 CHECK (granted_minor BETWEEN 0 AND budget_minor),
    granted_lines bigint NOT NULL DEFAULT 0 CHECK (granted_lines >= 0),
    share_ppm integer NOT NULL CHECK (share_ppm BETWEEN 0 AND 1000000),
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > starts_on),
    status text NOT NULL CHECK (status IN ('draft', 'approved', 'running', 'stopped', 'ended')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    segment text NOT NULL CHECK (length(segment) BETWEEN 1 AND 1000),
    drafted_by text NOT NULL CHECK (length(drafted_by) > 0),
    PRIMARY KEY (campaign_id)
);

CREATE TABLE credit.campaign_event (
    campaign_id bigint NOT NULL,
    step integer NOT NULL,
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    command text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (campaign_id, step)
);

CREATE TABLE credit.campaign_grant (
    customer_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    line_id bigint NOT NULL,
    limit_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fixed_limit_minor bigint NOT NULL CHECK (fixed_limit_minor >= 0),
    granted_at timestamptz NOT NULL,
    granted_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > granted_on),
    told_on date,
    PRIMARY KEY (customer_id, campaign_id, line_id)
);
CREATE INDEX campaign_grant_ending ON credit.campaign_grant (ends_on) WHERE told_on IS NULL;
