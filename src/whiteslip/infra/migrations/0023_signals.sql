-- What the indicators of the book came to: each evaluation, as it was.
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
