-- Agreements as published, what was accepted of them, what was announced; the clause a notice rests on.
CREATE TABLE credit.agreement (
    agreement_id integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    published_at timestamptz NOT NULL,
    published_on date NOT NULL,
    name text NOT NULL,
    published_by text NOT NULL CHECK (length(published_by) > 0),
    checksum bytea NOT NULL,
    terms text NOT NULL,
    CHECK (checksum = sha256(convert_to(terms, 'UTF8'))),
    PRIMARY KEY (agreement_id),
    UNIQUE (name, version)
);

CREATE TABLE credit.acceptance (
    customer_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    accepted_at timestamptz NOT NULL,
    accepted_on date NOT NULL,
    agreement_id integer NOT NULL,
    subject text NOT NULL CHECK (subject IN ('line', 'application')),
    how text NOT NULL CHECK (how IN ('application', 'opening', 'book', 'later')),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, subject_id, agreement_id)
) WITH (fillfactor = 100);

CREATE TABLE credit.agreement_announcement (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    announced_on date NOT NULL,
    effective_on date CHECK (effective_on > announced_on),
    agreement_id integer NOT NULL,
    PRIMARY KEY (customer_id, line_id, agreement_id)
) WITH (fillfactor = 100);

ALTER TABLE care.notice ADD COLUMN agreement_id integer;
ALTER TABLE care.notice ADD COLUMN clause smallint;
ALTER TABLE care.notice ADD CHECK ((agreement_id IS NULL) = (clause IS NULL));
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
        'agreement_changing', 'agreement_offered'
    )
);
