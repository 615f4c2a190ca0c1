-- Each evaluation of an indicator, as it was; a row never changes. What could not be known is a row too, with why, and may be tried again the same
-- day: attempt counts. hits out of out_of make the value, unless the measure has one of its own; detail says of whom or what it is. version is that of
-- the thresholds. center and spread are those of its own history it was held against, judged_by is which of the two gave the color.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.signal_evaluation (
    indicator text NOT NULL,
    evaluated_on date NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    version smallint NOT NULL,
    evaluated_at timestamptz NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL CHECK (to_on > from_on),
    hits bigint CHECK (hits >= 0),
    out_of bigint CHECK (out_of >= 0),
    value_ppm bigint,
    color text NOT NULL CHECK (color IN ('green', 'yellow', 'orange', 'red', 'unknown')),
    why text CHECK (why IN ('too_few', 'absent', 'late', 'clock', 'failed')),
    detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 200),
    center_ppm bigint,
    spread_ppm bigint CHECK (spread_ppm > 0),
    judged_by text CHECK (judged_by IN ('thresholds', 'control')),
    CHECK ((color = 'unknown') = (why IS NOT NULL)),
    CHECK (color = 'unknown' OR value_ppm IS NOT NULL),
    CHECK ((hits IS NULL) = (out_of IS NULL)),
    CONSTRAINT signal_evaluation_control CHECK ((center_ppm IS NULL) = (spread_ppm IS NULL)),
    PRIMARY KEY (indicator, evaluated_on, attempt)
) WITH (fillfactor = 100);

-- What a fast indicator came to at an instant: a row when its color, or why it is unknown, changes, and else now and then; a row never changes.
CREATE TABLE risk.signal_pulse (
    indicator text NOT NULL,
    felt_at timestamptz NOT NULL,
    from_at timestamptz NOT NULL CHECK (from_at < felt_at),
    felt_on date NOT NULL,
    version smallint NOT NULL,
    hits bigint CHECK (hits >= 0),
    out_of bigint CHECK (out_of >= 0),
    value_ppm bigint,
    color text NOT NULL CHECK (color IN ('green', 'yellow', 'orange', 'red', 'unknown')),
    why text CHECK (why IN ('too_few', 'absent', 'late', 'clock', 'failed')),
    detail text NOT NULL CHECK (length(detail) <= 200),
    CHECK ((color = 'unknown') = (why IS NOT NULL)),
    CHECK (color = 'unknown' OR value_ppm IS NOT NULL),
    CHECK ((hits IS NULL) = (out_of IS NULL)),
    PRIMARY KEY (indicator, felt_at)
) WITH (fillfactor = 100);

-- When each fast indicator was last looked at, so that one nobody looks at any more is not taken for well.
CREATE TABLE risk.signal_look (
    indicator text NOT NULL,
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (indicator)
) WITH (fillfactor = 50);

-- A warning stands from the first color worse than green until green is known again; color is the worst it had, due_at by when a person must have
-- acknowledged it. One of an indicator stands at a time.
CREATE TABLE risk.signal_warning (
    warning_id bigint NOT NULL,
    indicator text NOT NULL,
    raised_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > raised_at),
    raised_on date NOT NULL,
    ended_on date CHECK (ended_on >= raised_on),
    steps integer NOT NULL CHECK (steps > 0),
    color text NOT NULL CHECK (color IN ('yellow', 'orange', 'red')),
    state text NOT NULL CHECK (state IN ('raised', 'escalated', 'acknowledged', 'ended')),
    acknowledged_by text CHECK (length(acknowledged_by) > 0),
    CHECK ((state = 'ended') = (ended_on IS NOT NULL)),
    CHECK (state <> 'acknowledged' OR acknowledged_by IS NOT NULL),
    PRIMARY KEY (warning_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX signal_warning_standing ON risk.signal_warning (indicator) WHERE state <> 'ended';
CREATE INDEX signal_warning_overdue ON risk.signal_warning (due_at) WHERE state = 'raised';

CREATE TABLE risk.signal_step (
    warning_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    command text NOT NULL CHECK (command IN ('raise', 'worsen', 'escalate', 'acknowledge', 'end')),
    color text NOT NULL,
    state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    PRIMARY KEY (warning_id, step)
) WITH (fillfactor = 100);
