-- Restrictions get a life: proposals, appeals, cures, probation, reviews and overrides, and the level at which each is in force.
ALTER TABLE risk.restriction
ADD COLUMN in_force smallint,
ADD COLUMN cure text,
ADD COLUMN probation_days smallint,
ADD COLUMN until_on date,
ADD COLUMN review_on date,
ADD COLUMN steps integer NOT NULL DEFAULT 1,
DROP CONSTRAINT restriction_state_check,
DROP CONSTRAINT restriction_check;
UPDATE risk.restriction SET
    in_force = CASE state WHEN 'active' THEN level ELSE 0 END,
    cure = 'automatic',
    probation_days = 0,
    steps = CASE state WHEN 'active' THEN 1 ELSE 2 END;
ALTER TABLE risk.restriction
ALTER COLUMN in_force SET NOT NULL,
ALTER COLUMN cure SET NOT NULL,
ALTER COLUMN probation_days SET NOT NULL,
ADD CONSTRAINT restriction_check CHECK (in_force BETWEEN 0 AND level),
ADD CONSTRAINT restriction_cure_check CHECK (cure IN ('automatic', 'self', 'verify', 'person')),
ADD CONSTRAINT restriction_probation_days_check CHECK (probation_days >= 0),
ADD CONSTRAINT restriction_steps_check CHECK (steps > 0),
ADD CONSTRAINT restriction_state_check CHECK (
    state IN ('proposed', 'pending_review', 'active', 'appealed', 'curing', 'probation', 'in_review', 'overridden', 'lifted', 'dismissed')
),
ADD CONSTRAINT restriction_ends CHECK ((state IN ('lifted', 'dismissed')) = (lifted_on IS NOT NULL)),
ADD CONSTRAINT restriction_forces CHECK ((state IN ('active', 'appealed', 'curing', 'probation', 'in_review')) = (in_force > 0)),
ADD CONSTRAINT restriction_waits CHECK ((state IN ('probation', 'overridden')) = (until_on IS NOT NULL));
DROP INDEX risk.restriction_active;
CREATE UNIQUE INDEX restriction_standing ON risk.restriction (customer_id, line_id, book, rule_id) WHERE state NOT IN ('lifted', 'dismissed');

ALTER TABLE risk.restriction_event
ALTER COLUMN step TYPE integer,
ADD COLUMN in_force smallint,
ADD COLUMN note text;
UPDATE risk.restriction_event AS step SET
    in_force = CASE step.to_state WHEN 'active' THEN restriction.level ELSE 0 END
FROM risk.restriction
WHERE restriction.customer_id = step.customer_id AND restriction.restriction_id = step.restriction_id;
ALTER TABLE risk.restriction_event
ALTER COLUMN in_force SET NOT NULL,
ADD CONSTRAINT restriction_event_in_force_check CHECK (in_force BETWEEN 0 AND 5);

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

-- What people said of a run that stopped as a proposal, or of one that is to be undone. A run is a version of a book on a day.
CREATE TABLE risk.run_step (
    book text NOT NULL,
    book_version integer NOT NULL,
    run_on date NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    command text NOT NULL CHECK (command IN ('propose', 'release', 'undo')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (book, book_version, run_on, step)
);
CREATE UNIQUE INDEX run_step_actor ON risk.run_step (book, book_version, run_on, command, actor);
