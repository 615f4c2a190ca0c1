-- How a line looked ahead of any trouble: a row when its color or its signs change, never altered; a line without a row never showed any.
-- facts are what each sign was seen by. Acknowledgments and runs lie beside it.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.line_sign (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    seen_at timestamptz NOT NULL,
    seen_on date NOT NULL,
    version smallint NOT NULL,
    color text NOT NULL CHECK (color IN ('green', 'yellow', 'orange', 'red', 'unknown')),
    signs text [] NOT NULL CHECK (cardinality(signs) <= 16),
    facts jsonb NOT NULL,
    CHECK ((color IN ('green', 'unknown')) = (cardinality(signs) = 0)),
    PRIMARY KEY (customer_id, line_id, seen_on)
) WITH (fillfactor = 100);
CREATE INDEX line_sign_worse ON risk.line_sign (seen_on, color) WHERE color IN ('orange', 'red');

-- That somebody knows of the signs of a line, and what they do about it.
CREATE TABLE risk.line_sign_answer (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    answered_at timestamptz NOT NULL,
    seen_on date NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    PRIMARY KEY (customer_id, line_id, seen_on)
) WITH (fillfactor = 100);

-- What was seen of the whole book for a day, once all its ranges were looked at; a day without a row was not, or not wholly.
CREATE TABLE risk.sign_run (
    seen_on date NOT NULL,
    seen_at timestamptz NOT NULL,
    lines bigint NOT NULL CHECK (lines >= 0),
    yellow bigint NOT NULL CHECK (yellow >= 0),
    orange bigint NOT NULL CHECK (orange >= 0),
    red bigint NOT NULL CHECK (red >= 0),
    unknown bigint NOT NULL CHECK (unknown >= 0),
    offered bigint NOT NULL CHECK (offered >= 0),
    cases bigint NOT NULL CHECK (cases >= 0),
    version smallint NOT NULL,
    PRIMARY KEY (seen_on)
) WITH (fillfactor = 100);
