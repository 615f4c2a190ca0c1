-- Versions of models as fitted: a body never changes, only its status; who approves did not draft. At most one version of a name is live.
CREATE SCHEMA IF NOT EXISTS decisioning;

CREATE TABLE decisioning.model (
    name text NOT NULL CHECK (length(name) > 0),
    version integer NOT NULL CHECK (version > 0),
    kind text NOT NULL CHECK (kind IN ('scorecard', 'boosted')),
    body text NOT NULL,
    checksum text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'live', 'retired')),
    fitted_on date NOT NULL,
    figures jsonb NOT NULL,
    drafted_by text NOT NULL CHECK (length(drafted_by) > 0),
    drafted_at timestamptz NOT NULL,
    approved_by text CHECK (length(approved_by) > 0),
    approved_at timestamptz,
    CONSTRAINT model_approved_by_another CHECK (approved_by <> drafted_by),
    CONSTRAINT model_approved_when CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CONSTRAINT model_live_is_approved CHECK (status <> 'live' OR approved_by IS NOT NULL),
    PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX model_live ON decisioning.model (name) WHERE status = 'live';

-- Every step a version took and by whom; a row is never changed. checksum is the body it was about.
CREATE TABLE decisioning.model_event (
    name text NOT NULL,
    version integer NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    command text NOT NULL CHECK (command IN ('draft', 'approve', 'release', 'supersede', 'retire', 'roll_back')),
    from_status text NOT NULL,
    to_status text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    checksum text NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (name, version, step),
    FOREIGN KEY (name, version) REFERENCES decisioning.model (name, version)
);

-- What a model said of a line on a day, as of that day; a second run of the day replaces the first. Boosted trees have no points.
-- facts are what the model saw, kept where the score may count against somebody.
CREATE TABLE decisioning.score (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    scored_on date NOT NULL,
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    points double precision CHECK (points BETWEEN -1e9 AND 1e9),
    model text NOT NULL,
    facts jsonb,
    PRIMARY KEY (customer_id, line_id, model, scored_on)
);
CREATE INDEX score_day ON decisioning.score USING brin (scored_on) WITH (pages_per_range = 32);
