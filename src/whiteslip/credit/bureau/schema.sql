-- Inquiries about applicants, and the reports that came. next_try_at says when an inquiry is due; whoever makes it moves that ahead by a lease.
CREATE SCHEMA IF NOT EXISTS credit;

CREATE TABLE credit.bureau_inquiry (
    customer_id bigint NOT NULL,
    inquiry_id bigint NOT NULL,
    application_id bigint NOT NULL,
    report_id bigint,
    requested_at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    finished_at timestamptz,
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    status text NOT NULL CHECK (status IN ('waiting', 'answered', 'failed', 'cancelled')),
    failure text,
    CHECK ((status = 'waiting') = (finished_at IS NULL)),
    CHECK ((status = 'answered') = (report_id IS NOT NULL)),
    PRIMARY KEY (customer_id, inquiry_id)
) WITH (fillfactor = 70);
CREATE INDEX bureau_inquiry_due ON credit.bureau_inquiry (next_try_at) WHERE status = 'waiting';

-- A report as it came and the facts read from it: either a fault kept it from being read, or as_of and is_right_person are there.
CREATE TABLE credit.bureau_report (
    customer_id bigint NOT NULL,
    report_id bigint NOT NULL,
    inquiry_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    received_on date NOT NULL,
    as_of date,
    is_right_person boolean,
    is_confirmed boolean,
    is_known boolean,
    months_on_file integer,
    accounts integer,
    lenders integer,
    late_months_now integer,
    late_months_24m integer,
    worst_late_months integer,
    enquiries_3m integer,
    enquiries_6m integer,
    balance_minor bigint,
    monthly_minor bigint,
    card_balance_minor bigint,
    card_limit_minor bigint,
    verified_income_minor bigint,
    fault text,
    body_hash bytea NOT NULL CHECK (length(body_hash) = 32),
    body bytea NOT NULL,
    CHECK ((fault IS NULL) = (as_of IS NOT NULL)),
    CHECK ((as_of IS NULL) = (is_right_person IS NULL)),
    CHECK (is_right_person IS TRUE OR num_nonnulls(is_confirmed, is_known, months_on_file, accounts, verified_income_minor) = 0),
    PRIMARY KEY (customer_id, report_id)
) WITH (fillfactor = 100);
