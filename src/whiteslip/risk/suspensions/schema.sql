-- Restrictions as rows, several of which may be active, and every step any of them took. decision_id is the decision of a book that imposed a
-- restriction, or took a step; what is done by hand has none.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.restriction (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
    state text NOT NULL CHECK (state IN ('active', 'lifted')),
    book text NOT NULL,
    book_version integer NOT NULL,
    rule_id text NOT NULL,
    reasons jsonb NOT NULL CHECK (jsonb_array_length(reasons) BETWEEN 1 AND 4),
    way_out text NOT NULL CHECK (length(way_out) > 0),
    appeal_route text NOT NULL CHECK (length(appeal_route) > 0),
    notice_id bigint NOT NULL,
    since_on date NOT NULL,
    lifted_on date,
    decision_id bigint,
    CHECK ((state = 'lifted') = (lifted_on IS NOT NULL)),
    PRIMARY KEY (customer_id, restriction_id)
);
CREATE UNIQUE INDEX restriction_active ON risk.restriction (customer_id, line_id, book, rule_id) WHERE state = 'active';

CREATE TABLE risk.restriction_event (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    step smallint NOT NULL CHECK (step >= 1),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    happened_on date NOT NULL,
    happened_at timestamptz NOT NULL,
    decision_id bigint,
    PRIMARY KEY (customer_id, restriction_id, step)
);
