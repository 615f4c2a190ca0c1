-- Values of series others publish, each as it was learned: of_on is the date it speaks of, learned_on the day it became known, recorded_at when it was
-- written down here. A row never changes: a correction is another revision. Values are millionths.
CREATE SCHEMA IF NOT EXISTS risk;

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
