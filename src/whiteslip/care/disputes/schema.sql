-- Disputes: what a customer contests, and how it ended; a row is written once and ended once.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.dispute (
    customer_id bigint NOT NULL,
    dispute_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    turn bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    opened_on date NOT NULL,
    answer_by date NOT NULL CHECK (answer_by > opened_on),
    due_on date,
    ended_on date,
    status text NOT NULL CHECK (status IN ('open', 'accepted', 'rejected', 'withdrawn')),
    ground text NOT NULL CHECK (ground IN ('not_mine', 'not_received', 'faulty', 'returned', 'wrong_amount', 'paid_already', 'other')),
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 2000),
    opened_by text NOT NULL CHECK (length(opened_by) > 0),
    ended_by text,
    ending_words text,
    CHECK (num_nonnulls(purchase_id, due_on) = 1),
    CHECK ((status = 'open') = (ended_on IS NULL) AND (status = 'open') = (ended_by IS NULL)),
    PRIMARY KEY (customer_id, dispute_id)
) WITH (fillfactor = 80);
CREATE INDEX dispute_open ON care.dispute (customer_id, line_id) WHERE status = 'open';
