-- Early warning: what an indicator is held against, fast ones, signs of trouble ahead on a line, what was answered at checkout, and windows found quickly.
ALTER TABLE risk.signal_evaluation ADD COLUMN detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 200);
ALTER TABLE risk.signal_evaluation ADD COLUMN center_ppm bigint;
ALTER TABLE risk.signal_evaluation ADD COLUMN spread_ppm bigint CHECK (spread_ppm > 0);
ALTER TABLE risk.signal_evaluation ADD COLUMN judged_by text CHECK (judged_by IN ('thresholds', 'control'));
ALTER TABLE risk.signal_evaluation ADD CONSTRAINT signal_evaluation_control CHECK ((center_ppm IS NULL) = (spread_ppm IS NULL));

ALTER TABLE risk.signal_warning DROP CONSTRAINT signal_warning_check1;
ALTER TABLE risk.signal_warning ADD CONSTRAINT signal_warning_check1 CHECK (ended_on >= raised_on);

CREATE TABLE risk.signal_pulse (
    indicator text NOT NULL,
    felt_at timestamptz NOT NULL,
    from_at timestamptz NOT NULL CHECK (from_at < felt_at),
    felt_on date NOT NULL,
    version smallint NOT NULL,
    hits bigint CHECK (hits >= 0),
    out_of bigint CHECK (out_of >= 0),
    value_ppm bigint,
    color text NOT NULL CHECK (color IN ('green', 'yellow', 'orange', 'red', 'unknown')),
    why text CHECK (why IN ('too_few', 'absent', 'late', 'clock', 'failed')),
    detail text NOT NULL CHECK (length(detail) <= 200),
    CHECK ((color = 'unknown') = (why IS NOT NULL)),
    CHECK (color = 'unknown' OR value_ppm IS NOT NULL),
    CHECK ((hits IS NULL) = (out_of IS NULL)),
    PRIMARY KEY (indicator, felt_at)
) WITH (fillfactor = 100);

CREATE TABLE risk.signal_look (
    indicator text NOT NULL,
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (indicator)
) WITH (fillfactor = 50);

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

CREATE TABLE infra.service_count (
    minute timestamptz NOT NULL,
    counted_on date NOT NULL,
    answers bigint NOT NULL CHECK (answers >= 0),
    faults bigint NOT NULL CHECK (faults BETWEEN 0 AND answers),
    turned_away bigint NOT NULL CHECK (turned_away BETWEEN 0 AND answers),
    PRIMARY KEY (minute)
) WITH (fillfactor = 50);
CREATE INDEX service_count_day ON infra.service_count (counted_on);

CREATE INDEX purchase_asked ON money.purchase USING brin (authorized_on, authorized_at) WITH (pages_per_range = 32);
CREATE INDEX statement_due ON money.statement USING brin (due_on) WITH (pages_per_range = 32);
CREATE INDEX failed_debit_failed ON money.failed_debit (failed_on);
CREATE INDEX arrears_since ON money.arrears USING brin (since_on) WITH (pages_per_range = 32);
CREATE INDEX application_decided ON credit.application_event (happened_on) WHERE to_status IN ('approved', 'declined');
CREATE INDEX appeal_decided ON care.appeal (decided_on) WHERE state = 'decided';
CREATE INDEX score_day ON decisioning.score USING brin (scored_on) WITH (pages_per_range = 32);

ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored',
        'temporary_limit_granted', 'temporary_limit_ending',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed',
        'help_offered'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run', 'purchase', 'ring', 'warning', 'outreach'
    )
);
