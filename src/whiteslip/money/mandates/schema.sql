-- Where a line's dues may be collected from: the customer's own sources in the customer's own order, each with the mandate its payer gave. A stopped source
-- stays as it is, for what was collected by it; whoever wants it back gives a new mandate. label is what people are shown of the account; account is the
-- bank's own name for it, and never the number itself.
CREATE TABLE money.payment_source (
    customer_id bigint NOT NULL,
    source_id bigint NOT NULL,
    line_id bigint NOT NULL,
    given_at timestamptz NOT NULL,
    added_at timestamptz NOT NULL,
    stopped_at timestamptz,
    added_on date NOT NULL,
    stopped_on date,
    place smallint NOT NULL CHECK (place >= 1),
    kind text NOT NULL CHECK (kind IN ('wallet', 'card', 'bank_account')),
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
    account text NOT NULL CHECK (length(account) BETWEEN 1 AND 64),
    holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 80),
    mandate text NOT NULL CHECK (length(mandate) BETWEEN 1 AND 35),
    stop_reason text CHECK (stop_reason IN ('asked', 'account_closed', 'mandate_missing', 'erased')),
    CHECK (num_nonnulls(stopped_at, stopped_on, stop_reason) IN (0, 3)),
    PRIMARY KEY (customer_id, source_id)
) WITH (fillfactor = 90);
CREATE INDEX payment_source_active ON money.payment_source (customer_id, line_id, place) WHERE stopped_at IS NULL;
