-- What the indicators of the book came to, the warnings raised for them, and a kind of case for those that are red.
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
    CHECK ((color = 'unknown') = (why IS NOT NULL)),
    CHECK (color = 'unknown' OR value_ppm IS NOT NULL),
    CHECK ((hits IS NULL) = (out_of IS NULL)),
    PRIMARY KEY (indicator, evaluated_on, attempt)
) WITH (fillfactor = 100);

-- A warning stands from the first color worse than green until green is known again; color is the worst it had, due_at by when a person must have
-- acknowledged it. One of an indicator stands at a time.
CREATE TABLE risk.signal_warning (
    warning_id bigint NOT NULL,
    indicator text NOT NULL,
    raised_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > raised_at),
    raised_on date NOT NULL,
    ended_on date CHECK (ended_on > raised_on),
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

ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run', 'purchase', 'ring', 'warning'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_subject_type_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_subject_type_check CHECK (
    subject_type IN (
        'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
        'cause', 'run', 'limit_run', 'line', 'customer', 'purchase', 'ring', 'warning'
    )
);
