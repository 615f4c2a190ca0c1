-- What the watch goes by beside the ledger: debits that failed, identities that were verified, and purchases that waited for either.
CREATE TABLE money.failed_debit (
    customer_id bigint NOT NULL,
    debit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_on date NOT NULL,
    failed_on date NOT NULL CHECK (failed_on >= due_on),
    failed_at timestamptz NOT NULL,
    failure text NOT NULL CHECK (failure IN ('insufficient_funds', 'account_closed', 'mandate_revoked', 'technical')),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
    PRIMARY KEY (customer_id, debit_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX failed_debit_reference ON money.failed_debit (customer_id, reference);

CREATE INDEX purchase_referred ON money.purchase (customer_id, authorized_on) WHERE status = 'referred';

CREATE TABLE risk.verification (
    customer_id bigint NOT NULL,
    verification_id bigint NOT NULL,
    verified_on date NOT NULL,
    verified_at timestamptz NOT NULL,
    method text NOT NULL CHECK (length(method) BETWEEN 1 AND 40),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, verification_id)
) WITH (fillfactor = 100);
