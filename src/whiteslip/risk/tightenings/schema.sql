-- A tightening or loosening of a segment as it was proposed, and where it stands; one of a segment and direction at a time. Its row is what its steps wait for one another at.
-- condition is the segment's as it was then; evidence holds what it was proposed for and what was expected of it.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.tightening (
    tightening_id integer NOT NULL,
    segment text NOT NULL,
    version smallint NOT NULL,
    condition text NOT NULL CHECK (length(condition) BETWEEN 1 AND 1000),
    outcome text NOT NULL CHECK (outcome IN ('no_plans', 'step_up', 'limit_share', 'stop', 'room')),
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
    direction text NOT NULL DEFAULT 'tighten' CHECK (direction IN ('tighten', 'loosen')),
    offer jsonb,
    CONSTRAINT tightening_gives_room CHECK ((direction = 'loosen') = (outcome = 'room')),
    CONSTRAINT tightening_has_offer CHECK ((direction = 'loosen') = (offer IS NOT NULL)),
    CHECK ((state IN ('lifted', 'dismissed', 'undone')) = (ended_on IS NOT NULL)),
    CHECK ((state IN ('proposed', 'dismissed')) = (released_on IS NULL)),
    CHECK ((released_on IS NULL) = (review_on IS NULL)),
    CHECK (released_on IS NOT NULL OR stages_done = 0),
    PRIMARY KEY (tightening_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX tightening_standing ON risk.tightening (segment, direction) WHERE state IN ('proposed', 'released', 'lifting');

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
    arm text NOT NULL CHECK (arm IN ('tightened', 'loosened', 'held_out')),
    is_exempt boolean NOT NULL,
    CONSTRAINT member_is_spared CHECK (restriction_id IS NULL OR (arm = 'tightened' AND NOT is_exempt)),
    PRIMARY KEY (customer_id, tightening_id, line_id)
);
