-- What takes two people: to override a restriction until a day, to close a line for good, to restrict a member of a confirmed ring. Who asks does not decide.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.two_person_act (
    customer_id bigint NOT NULL,
    act_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('override', 'close', 'restrict')),
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
    level smallint CHECK (level BETWEEN 1 AND 4),
    ring_customer_id bigint,
    ring_id bigint,
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK (decided_by <> asked_by),
    CHECK ((kind = 'override') = (restriction_id IS NOT NULL AND until_on IS NOT NULL)),
    CHECK ((kind IN ('close', 'restrict')) = (reason IS NOT NULL)),
    CHECK ((kind = 'restrict') = (level IS NOT NULL AND ring_customer_id IS NOT NULL AND ring_id IS NOT NULL)),
    PRIMARY KEY (customer_id, act_id)
);
-- For one line and one ring one thing waits at a time.
CREATE UNIQUE INDEX two_person_act_member ON risk.two_person_act (customer_id, line_id, ring_id) WHERE kind = 'restrict' AND state = 'asked';
