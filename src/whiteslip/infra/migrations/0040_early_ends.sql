-- Early settlement, statements split into installments, and where refunds go back to.

-- Early settlements, each beside the repayment that paid it; dropped_minor are the fees of future periods, which were never owed.
CREATE TABLE money.payoff (
    customer_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL CHECK (late_fee_minor >= 0),
    dropped_minor bigint NOT NULL CHECK (dropped_minor >= 0),
    split_id bigint,
    settled_on date NOT NULL,
    scope text NOT NULL CHECK (scope IN ('plan', 'statement', 'everything')),
    version text NOT NULL CHECK (length(version) = 32),
    CHECK (num_nonnulls(purchase_id, split_id) = CASE scope WHEN 'plan' THEN 1 ELSE 0 END),
    PRIMARY KEY (customer_id, repayment_id)
) WITH (fillfactor = 100);

-- Statements turned into plans, each at most once, and the installments it made; what the minimum payment was before stays known.
CREATE TABLE money.statement_split (
    customer_id bigint NOT NULL,
    split_id bigint NOT NULL,
    line_id bigint NOT NULL,
    principal_minor bigint NOT NULL CHECK (principal_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    minimum_before_minor bigint NOT NULL CHECK (minimum_before_minor >= 0),
    minimum_after_minor bigint NOT NULL CHECK (minimum_after_minor BETWEEN 0 AND minimum_before_minor),
    statement_on date NOT NULL,
    split_on date NOT NULL CHECK (split_on >= statement_on),
    months smallint NOT NULL CHECK (months BETWEEN 2 AND 60),
    version text NOT NULL CHECK (length(version) = 32),
    PRIMARY KEY (customer_id, split_id),
    UNIQUE (customer_id, line_id, statement_on)
) WITH (fillfactor = 100);

CREATE TABLE money.split_part (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    split_id bigint NOT NULL,
    PRIMARY KEY (customer_id, installment_id)
) WITH (fillfactor = 100);

-- What refunds owe to the sources that paid their purchases, latest first, and what of it was paid out to them.
CREATE TABLE money.refund_return (
    customer_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    paid_out_minor bigint NOT NULL DEFAULT 0 CHECK (paid_out_minor BETWEEN 0 AND amount_minor),
    PRIMARY KEY (customer_id, refund_id, repayment_id)
);

-- Which source a payout of the credit balance went back to.
CREATE TABLE money.returned_payout (
    customer_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (customer_id, payout_id)
) WITH (fillfactor = 100);
