-- Restrictions as rows, several of which may stand on a line, and every step any of them took. in_force is the level at which a restriction counts
-- now, 0 where it does not; the strictest one in force is projected on the line. decision_id is the decision of a book that imposed a restriction,
-- or took a step; what is done by hand has none. until_on ends a probation or an override; on review_on a person must look again. A restriction is for one
-- line, for all lines of its customer (a row each, made together, and one more for a line opened later), or for the plans of a line alone, which bars
-- those while it is in force in full and does not count for the level. eased_to is the lower level at which a reviewer lets it stand.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.restriction (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
    state text NOT NULL CHECK (
        state IN (
            'proposed', 'pending_review', 'active', 'appealed', 'curing', 'probation', 'in_review', 'overridden', 'lifted', 'dismissed'
        )
    ),
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
    in_force smallint NOT NULL CHECK (in_force BETWEEN 0 AND level),
    cure text NOT NULL CHECK (cure IN ('automatic', 'self', 'verify', 'person')),
    probation_days smallint NOT NULL CHECK (probation_days >= 0),
    until_on date,
    review_on date,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    scope text NOT NULL DEFAULT 'line' CHECK (scope IN ('line', 'customer', 'plans')),
    eased_to smallint,
    CONSTRAINT restriction_eases CHECK (eased_to BETWEEN 1 AND level - 1),
    CONSTRAINT restriction_ends CHECK ((state IN ('lifted', 'dismissed')) = (lifted_on IS NOT NULL)),
    CONSTRAINT restriction_forces CHECK ((state IN ('active', 'appealed', 'curing', 'probation', 'in_review')) = (in_force > 0)),
    CONSTRAINT restriction_waits CHECK ((state IN ('probation', 'overridden')) = (until_on IS NOT NULL)),
    PRIMARY KEY (customer_id, restriction_id)
);
CREATE UNIQUE INDEX restriction_standing ON risk.restriction (customer_id, line_id, book, rule_id, scope) WHERE state NOT IN ('lifted', 'dismissed');

CREATE TABLE risk.restriction_event (
    customer_id bigint NOT NULL,
    restriction_id bigint NOT NULL,
    step integer NOT NULL CHECK (step >= 1),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    happened_on date NOT NULL,
    happened_at timestamptz NOT NULL,
    decision_id bigint,
    in_force smallint NOT NULL CHECK (in_force BETWEEN 0 AND 5),
    note text,
    PRIMARY KEY (customer_id, restriction_id, step)
);
