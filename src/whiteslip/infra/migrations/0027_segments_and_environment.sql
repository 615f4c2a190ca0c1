-- Values of series others publish, each as it was learned: of_on is the date it speaks of, learned_on the day it became known, recorded_at when it was
-- written down here. A row never changes: a correction is another revision. Values are millionths.
CREATE TABLE risk.macro_value (
    series text NOT NULL CHECK (length(series) BETWEEN 1 AND 40),
    of_on date NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    learned_on date NOT NULL CHECK (learned_on >= of_on),
    value_micro bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 120),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (series, of_on, revision)
) WITH (fillfactor = 100);

-- What each measure of a segment came to at a month end, by the version of the segments under which it was measured; a row never changes.
CREATE TABLE risk.segment_month (
    segment text NOT NULL,
    version smallint NOT NULL,
    measure text NOT NULL CHECK (measure IN ('roll_to_overdue', 'roll_to_thirty', 'default', 'thirty_plus')),
    month_end date NOT NULL,
    hits bigint NOT NULL CHECK (hits BETWEEN 0 AND out_of),
    out_of bigint NOT NULL,
    PRIMARY KEY (segment, version, measure, month_end)
) WITH (fillfactor = 100);

-- How it was judged: rates and limits in ppm. What could not be known is a row too, with why.
CREATE TABLE risk.segment_judgment (
    segment text NOT NULL,
    version smallint NOT NULL,
    measure text NOT NULL,
    month_end date NOT NULL,
    judged_at timestamptz NOT NULL,
    hits bigint NOT NULL CHECK (hits >= 0),
    out_of bigint NOT NULL CHECK (out_of >= hits),
    base_ppm integer,
    smooth_ppm integer,
    warning_ppm integer,
    action_ppm integer,
    single_ppm integer,
    baseline_months smallint NOT NULL CHECK (baseline_months >= 0),
    level text NOT NULL CHECK (level IN ('calm', 'low', 'warning', 'out', 'unknown')),
    why text CHECK (why IN ('too_few', 'absent', 'no_baseline')),
    CHECK ((level = 'unknown') = (why IS NOT NULL)),
    CHECK (level = 'unknown' OR num_nulls(base_ppm, smooth_ppm, warning_ppm, action_ppm, single_ppm) = 0),
    PRIMARY KEY (segment, version, measure, month_end)
) WITH (fillfactor = 100);

-- A tightening of a segment as it was proposed, and where it stands; one of a segment at a time. Its row is what its steps wait for one another at.
-- condition is the segment's as it was then; evidence holds what it was proposed for and what was expected of it.
CREATE TABLE risk.tightening (
    tightening_id integer NOT NULL,
    segment text NOT NULL,
    version smallint NOT NULL,
    condition text NOT NULL CHECK (length(condition) BETWEEN 1 AND 1000),
    outcome text NOT NULL CHECK (outcome IN ('no_plans', 'step_up', 'limit_share', 'stop')),
    holdout_ppm integer NOT NULL CHECK (holdout_ppm BETWEEN 10000 AND 500000),
    stages jsonb NOT NULL CHECK (jsonb_typeof(stages) = 'array'),
    proposed_on date NOT NULL,
    proposed_by text NOT NULL CHECK (length(proposed_by) > 0),
    released_on date,
    review_on date CHECK (review_on > released_on),
    ended_on date,
    stages_done smallint NOT NULL DEFAULT 0 CHECK (stages_done >= 0),
    state text NOT NULL CHECK (state IN ('proposed', 'released', 'lifting', 'lifted', 'dismissed', 'undone')),
    steps integer NOT NULL CHECK (steps > 0),
    evidence jsonb NOT NULL,
    CHECK ((state IN ('lifted', 'dismissed', 'undone')) = (ended_on IS NOT NULL)),
    CHECK ((state IN ('proposed', 'dismissed')) = (released_on IS NULL)),
    CHECK ((released_on IS NULL) = (review_on IS NULL)),
    CHECK (released_on IS NOT NULL OR stages_done = 0),
    PRIMARY KEY (tightening_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX tightening_standing ON risk.tightening (segment) WHERE state IN ('proposed', 'released', 'lifting');

CREATE TABLE risk.tightening_step (
    tightening_id integer NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    command text NOT NULL CHECK (command IN ('propose', 'release', 'dismiss', 'roll_out', 'ask_end', 'lift', 'keep', 'undo')),
    state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    facts jsonb NOT NULL,
    PRIMARY KEY (tightening_id, step)
) WITH (fillfactor = 100);

-- The lines of the segment as each stage found them, in which arm, and the restriction that was imposed or proposed; who is held out or exempt has none.
CREATE TABLE risk.tightening_member (
    customer_id bigint NOT NULL,
    tightening_id integer NOT NULL,
    line_id bigint NOT NULL,
    restriction_id bigint,
    joined_on date NOT NULL,
    days_past_due integer NOT NULL CHECK (days_past_due >= 0),
    stage smallint NOT NULL CHECK (stage >= 0),
    arm text NOT NULL CHECK (arm IN ('tightened', 'held_out')),
    is_exempt boolean NOT NULL,
    CONSTRAINT member_is_spared CHECK (restriction_id IS NULL OR (arm = 'tightened' AND NOT is_exempt)),
    PRIMARY KEY (customer_id, tightening_id, line_id)
);
