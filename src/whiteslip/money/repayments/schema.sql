-- Money received, and where each cent of it, of a refund and of a used credit balance went; kind says by which allocation policy.
CREATE TABLE money.repayment (
    customer_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    allocated_minor bigint NOT NULL CHECK (allocated_minor >= 0),
    credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
    method text NOT NULL CHECK (length(method) BETWEEN 1 AND 40),
    repaid_on date NOT NULL,
    repaid_at timestamptz NOT NULL,
    kind text NOT NULL DEFAULT 'repayment' CHECK (kind IN ('repayment', 'autopay', 'goodwill')),
    CHECK (allocated_minor + credit_minor = amount_minor),
    PRIMARY KEY (customer_id, repayment_id)
);

-- source_id names the repayment, the refund or the use of the credit balance that paid.
CREATE TABLE money.allocation (
    customer_id bigint NOT NULL,
    source_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL CHECK (late_fee_minor >= 0),
    allocated_on date NOT NULL,
    CHECK (principal_minor + fee_minor + late_fee_minor > 0),
    PRIMARY KEY (customer_id, source_id, installment_id)
);

CREATE TABLE money.credit_payout (
    customer_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    paid_out_on date NOT NULL,
    paid_out_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, payout_id)
);
