-- What people of the staff look at. A customer has one open case of a kind. barred are those who decided before what a case is about, in the form
-- people are compared by. The evidence lies beside the case: it is only ever inserted, and its checksum must fit it.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.review_case (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    line_id bigint,
    turn bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    escalated_at timestamptz,
    leased_until timestamptz,
    decided_at timestamptz,
    opened_on date NOT NULL,
    decided_on date,
    pieces integer NOT NULL DEFAULT 1 CHECK (pieces > 0),
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 9),
    kind text NOT NULL CHECK (
        kind IN (
            'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
            'downturn', 'debit', 'run', 'purchase', 'ring', 'warning', 'outreach'
        )
    ),
    subject_type text NOT NULL CHECK (
        subject_type IN (
            'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
            'cause', 'run', 'limit_run', 'line', 'customer', 'purchase', 'ring', 'warning'
        )
    ),
    state text NOT NULL CHECK (state IN ('open', 'taken', 'decided', 'withdrawn')),
    holder text,
    decided_by text,
    outcome text,
    label text CHECK (label IN ('true_positive', 'false_positive', 'unclear')),
    barred jsonb NOT NULL CHECK (jsonb_typeof(barred) = 'array'),
    CHECK ((state = 'taken') = (leased_until IS NOT NULL)),
    CHECK (state <> 'taken' OR holder IS NOT NULL),
    CHECK ((state = 'decided') = (decided_at IS NOT NULL)),
    CHECK (num_nonnulls(decided_at, decided_on, decided_by, outcome) IN (0, 4)),
    CHECK (label IS NULL OR state = 'decided'),
    CHECK (decided_by = holder),
    CHECK (NOT jsonb_exists(barred, holder)),
    PRIMARY KEY (customer_id, case_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX review_case_live ON risk.review_case (customer_id, kind) WHERE state IN ('open', 'taken');
CREATE INDEX review_case_queue ON risk.review_case (priority DESC, due_at, customer_id, case_id) WHERE state IN ('open', 'taken');
CREATE INDEX review_case_overdue ON risk.review_case (due_at) WHERE state IN ('open', 'taken') AND escalated_at IS NULL;

CREATE TABLE risk.review_evidence (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    piece integer NOT NULL CHECK (piece > 0),
    subject_id bigint NOT NULL,
    kept_at timestamptz NOT NULL,
    kept_on date NOT NULL,
    subject_type text NOT NULL,
    checksum bytea NOT NULL,
    evidence jsonb NOT NULL,
    CHECK (checksum = sha256(convert_to(evidence::text, 'UTF8'))),
    PRIMARY KEY (customer_id, case_id, piece)
) WITH (fillfactor = 100);

CREATE TABLE risk.review_event (
    customer_id bigint NOT NULL,
    case_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    command text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    PRIMARY KEY (customer_id, case_id, step)
) WITH (fillfactor = 100);
