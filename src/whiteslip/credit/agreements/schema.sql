-- Agreements as published, what was accepted of them, and what was announced. A published version never changes; nothing here is ever updated.
CREATE SCHEMA IF NOT EXISTS credit;

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

-- subject_id is the number of the line or the application it was accepted for; one sequence numbers both.
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

-- effective_on is NULL where the version binds the line only once it is accepted.
CREATE TABLE credit.agreement_announcement (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    announced_on date NOT NULL,
    effective_on date CHECK (effective_on > announced_on),
    agreement_id integer NOT NULL,
    PRIMARY KEY (customer_id, line_id, agreement_id)
) WITH (fillfactor = 100);
