-- Versions of the risk appetite as written; a row never changes. What became of a version is in its steps.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.appetite (
    version integer NOT NULL CHECK (version > 0),
    body text NOT NULL,
    checksum text NOT NULL,
    drafted_by text NOT NULL CHECK (length(drafted_by) > 0),
    PRIMARY KEY (version)
);

-- Every step a version took, by whom and why; a row is never changed. One version at most was published and not replaced since.
CREATE TABLE risk.appetite_step (
    version integer NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    command text NOT NULL CHECK (command IN ('draft', 'publish', 'replace', 'withdraw')),
    state text NOT NULL CHECK (state IN ('drafted', 'in_force', 'replaced', 'withdrawn')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (version, step)
);

-- People's words to go past a limit of a version for one subject (a draft of a rule book, a run of the watch), at the figure as it stood; NULL in
-- value_ppm is one that could not be known. A row is never changed.
CREATE TABLE risk.appetite_pass (
    subject text NOT NULL,
    version integer NOT NULL,
    measure text NOT NULL,
    pass integer NOT NULL CHECK (pass > 0),
    value_ppm bigint,
    limit_ppm bigint NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (subject, version, measure, pass)
);

-- What was found when something was let go on: a row a limit, kept with the act. held tells within, beyond or unknown with its cause; passed that two
-- people went past it. A row is never changed.
CREATE TABLE risk.appetite_finding (
    subject text NOT NULL,
    version integer NOT NULL,
    checked integer NOT NULL CHECK (checked > 0),
    measure text NOT NULL,
    held text NOT NULL CHECK (held IN ('within', 'beyond', 'unknown')),
    value_ppm bigint,
    limit_ppm bigint NOT NULL,
    out_of bigint NOT NULL CHECK (out_of >= 0),
    part text NOT NULL,
    why text,
    passed boolean NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    checked_at timestamptz NOT NULL,
    CHECK ((held = 'unknown') = (why IS NOT NULL)),
    PRIMARY KEY (subject, version, checked, measure)
);
