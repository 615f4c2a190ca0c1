-- Debits that failed, as banks and shops report them; a row never changes. The reference is the bank's own: what is reported again counts once.
-- A debit may be asked for, and fail, some days before what it is for is due.
-- A technical failure is nobody's fault and counts against nobody; it explains a missed due.
CREATE TABLE money.failed_debit (
    customer_id bigint NOT NULL,
    debit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_on date NOT NULL,
    failed_on date NOT NULL CHECK (failed_on >= due_on - 7),
    failed_at timestamptz NOT NULL,
    failure text NOT NULL CHECK (failure IN ('insufficient_funds', 'account_closed', 'mandate_revoked', 'technical')),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
    PRIMARY KEY (customer_id, debit_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX failed_debit_reference ON money.failed_debit (customer_id, reference);
CREATE INDEX failed_debit_failed ON money.failed_debit (failed_on);
