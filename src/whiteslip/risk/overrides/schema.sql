-- What takes two people: to override a restriction until a day, or to close a line for good. Who asks does not decide.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.two_person_act (
    customer_id bigint NOT NULL,
    act_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('override', 'close')),
    line_id bigint NOT NULL,
    restriction_id bigint,
    until_on date,
    reason text,
    note text NOT NULL CHECK (length(note) > 0),
    state text NOT NULL CHECK (state IN ('asked', 'approved', 'refused')),
    asked_by text NOT NULL CHECK (length(asked_by) > 0),
    asked_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK (decided_by <> asked_by),
    CHECK ((kind = 'override') = (restriction_id IS NOT NULL AND until_on IS NOT NULL)),
    CHECK ((kind = 'close') = (reason IS NOT NULL)),
    PRIMARY KEY (customer_id, act_id)
);
